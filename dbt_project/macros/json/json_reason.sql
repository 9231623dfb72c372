{% macro json_reason(path, words) -%}
    {#- "login.uuid: missing", as a literal. -#}
    {{ sql_text(json_names(path) | join('.') ~ ': ' ~ words) }}
{%- endmacro %}
