{% macro content_of(fields) -%}
    {#- The columns of from_json's `fields`, as row_hash takes them. -#}
    {%- set marks = {
        'timestamptz': 'at',
        'timestamp': 'local',
        'date': 'date',
        'date_dmy': 'date',
    } -%}
    {%- set columns = [] -%}
    {%- for column, path, type in fields -%}
        {%- do columns.append(
            {marks[type]: column} if type in marks else column
        ) -%}
    {%- endfor -%}
    {{ return(columns) }}
{%- endmacro %}
