{% macro content_of(fields) -%}
    {#- The columns of from_json's `fields`, as row_hash takes them. -#}
    {%- set types = json_types() -%}
    {%- set columns = [] -%}
    {%- for column, path, type in fields -%}
        {%- set hashed_as = types[type].hashed_as -%}
        {%- do columns.append(
            {hashed_as: column} if hashed_as else column
        ) -%}
    {%- endfor -%}
    {{ return(columns) }}
{%- endmacro %}
