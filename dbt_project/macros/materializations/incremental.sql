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
