{% macro sql_text(text) -%}
    {#- `text`, whatever it holds, as a literal. -#}
    {%- set quoted = "'" ~ (text | replace("'", "''")) ~ "'::text" -%}
    {%- if '\\' in text -%}
        {#- Read in the same way whatever standard_conforming_strings is. -#}
        E{{ quoted | replace('\\', '\\\\') }}
    {%- else -%}
        {{ quoted }}
    {%- endif -%}
{%- endmacro %}
