{#
    dbt's incremental, but a full refresh exchanges the rows of the table that
    is there (build_table), and three strategies more: `staged` (staging_model),
    `keyed` (keyed_mart) and `by_load` (mart_by_load).
#}


{% materialization incremental, adapter='postgres' %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type='table') -%}
    {%- set strategy = config.get('incremental_strategy') or 'default' -%}
    {%- set is_anew = existing is none
        or not existing.is_table
        or should_full_refresh() -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- if strategy == 'staged' -%}
        {%- do stage_loads(existing, target, sql) -%}
    {%- elif strategy in ('keyed', 'by_load') -%}
        {%- do build_loads(existing, target, sql, strategy, is_anew) -%}
    {%- elif is_anew -%}
        {%- do build_table(existing, target, sql) -%}
    {%- else -%}
        {%- do build_increment(existing, target, sql) -%}
    {%- endif -%}

    {%- do apply_grants(target, config.get('grants')) -%}
    {%- do persist_docs(target, model) -%}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}

    {{ return({'relations': [target]}) }}
{% endmaterialization %}


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


{% macro columns_to_write(rows, existing, target) -%}
    {#- Those of `target`, after on_schema_change has had its say on `rows`. -#}
    {%- set on_schema_change = incremental_validate_on_schema_change(
        config.get('on_schema_change'), default='ignore'
    ) -%}
    {%- if not (config.get('contract') or {}).enforced -%}
        {%- do adapter.expand_target_column_types(
            from_relation=rows, to_relation=target
        ) -%}
    {%- endif -%}
    {{ return(
        process_schema_changes(on_schema_change, rows, existing)
        or adapter.get_columns_in_relation(existing)
    ) }}
{%- endmacro %}
