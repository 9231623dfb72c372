{% macro same_key(key, left, right) -%}
    {%- for column in key_columns(key) -%}
        {{ left }}.{{ column }} = {{ right }}.{{ column }}
        {{- ' and ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
