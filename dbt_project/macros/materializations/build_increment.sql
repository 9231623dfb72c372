{% macro build_increment(existing, target, sql) -%}
    {#- What dbt does with the rows of `sql` by the model's strategy. -#}
    {%- set strategy = adapter.get_incremental_strategy_macro(
        context, config.get('incremental_strategy') or 'default'
    ) -%}
    {%- set rows = make_temp_relation(target) -%}
    {%- call statement('rows') -%}
        {{ get_create_table_as_sql(True, rows, sql) }}
    {%- endcall -%}
    {%- set columns = columns_to_write(rows, existing, target) -%}
    {%- do lock_for_writing(target) -%}
    {%- call statement('main') -%}
        {{ strategy({
            'target_relation': target,
            'temp_relation': rows,
            'unique_key': config.get('unique_key'),
            'dest_columns': columns,
            'incremental_predicates': config.get('predicates')
                or config.get('incremental_predicates'),
        }) }}
    {%- endcall -%}
{%- endmacro %}
