{#
    dbt's view, but one that did not change is left alone, and one that did is
    replaced rather than dropped: see replace_view. Records with a fault, which
    were in tables until 0.1, are shown in the table while others read it.
#}


{% materialization view, adapter='postgres' %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type='view') -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- if existing is none -%}
        {%- call statement('main') -%}
            {{ get_create_view_as_sql(target, sql) }}
        {%- endcall -%}
    {%- elif existing.is_view -%}
        {%- do replace_view(target, sql) -%}
    {%- else -%}
        {%- set others = foreign_dependents(existing)
            if 'rejected_of' in (config.get('meta') or {}) else [] -%}
        {%- if others -%}
            {%- set target = existing -%}
            {%- do refill_table(existing, others, sql) -%}
        {%- else -%}
            {%- do replace_relation(existing, target, sql) -%}
        {%- endif -%}
    {%- endif -%}

    {%- do apply_grants(target, config.get('grants')) -%}
    {%- do persist_docs(target, model) -%}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}

    {{ return({'relations': [target]}) }}
{% endmaterialization %}
