{% macro key_columns(key) -%}
    {{ return([key] if key is string else key) }}
{%- endmacro %}
