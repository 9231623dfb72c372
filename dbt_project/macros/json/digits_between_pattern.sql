{% macro digits_between_pattern(end) -%}
    {#-
        Of a time whose shape is known: nothing but digits between the
        separators, and `end`.
    -#}
    {%- set day = '[0-9]+-[0-9]+-[0-9]+' -%}
    {%- set clock = '[0-9]+:[0-9]+:[0-9]+([.][0-9]+)?' -%}
    '^{{ day }}T{{ clock }}{{ end }}$'::text
{%- endmacro %}
