{#
    dbt's table, but one that is there keeps being the same table: its rows are
    exchanged, see build_table.
#}


{% materialization table, adapter='postgres' %}
    {%- set target = this.incorporate(type='table') -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- do build_table(load_cached_relation(this), target, sql) -%}

    {{ run_hooks(post_hooks, inside_transaction=True) }}

    {%- do apply_grants(target, config.get('grants')) -%}
    {%- do persist_docs(target, model) -%}

    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}

    {{ return({'relations': [target]}) }}
{% endmaterialization %}
