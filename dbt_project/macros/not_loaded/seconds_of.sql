{% macro seconds_of(rule) -%}
    {%- set lengths = {'minute': 60, 'hour': 3600, 'day': 86400} -%}
    {%- if rule and rule.count -%}
        {{ return(rule.count * lengths[rule.period]) }}
    {%- endif -%}
    {{ return(0) }}
{%- endmacro %}
