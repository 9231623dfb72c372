{% macro create_seed_table_sql(relation, model, agate_table) -%}
    {#- An empty table of the seed's columns, distributed by its config. -#}
    {%- set types = model['config'].get('column_types', {}) -%}
    {%- set columns = [] -%}
    {%- for name in agate_table.column_names -%}
        {%- do columns.append(
            adapter.quote_seed_column(
                name, model['config'].get('quote_columns')
            ) ~ ' '
            ~ types.get(name, adapter.convert_type(agate_table, loop.index0))
        ) -%}
    {%- endfor -%}
    create table {{ relation.render() }} ({{ columns | join(', ') }})
    {{ distributed_by_config() }}
{%- endmacro %}
