{% macro follow_columns(table, agate_table) -%}
    {#-
        Give `table` the columns that the file has and it lacks, and take those
        that the file no longer has: what dbt wants --full-refresh for, which
        would drop the table and all views on it.
    -#}
    {%- set quotes = model.config.get('quote_columns') -%}
    {%- set types = model.config.get('column_types') or {} -%}
    {%- set wanted = {} -%}
    {%- for name in agate_table.column_names -%}
        {%- do wanted.update({name if quotes else name | lower: [
            adapter.quote_seed_column(name, quotes),
            types.get(name, adapter.convert_type(agate_table, loop.index0)),
        ]}) -%}
    {%- endfor -%}
    {%- set there = [] -%}
    {%- for column in adapter.get_columns_in_relation(table) -%}
        {%- do there.append(column.name) -%}
        {%- if column.name not in wanted -%}
            {%- do log(table ~ ': ' ~ column.name ~ ' is dropped, since'
                ~ ' the file has no such column', info=true) -%}
            {%- do run_query(
                'alter table ' ~ table.render() ~ ' drop column '
                ~ column.quoted
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for name, column in wanted.items() if name not in there -%}
        {%- do log(table ~ ': ' ~ name ~ ' is new in the file', info=true) -%}
        {%- do run_query(
            'alter table ' ~ table.render() ~ ' add column '
            ~ (column | join(' '))
        ) -%}
    {%- endfor -%}
{%- endmacro %}
