{% macro has_no_load() -%}
    {#-
        Whether no source at all was ever loaded: there is no ledger, nor was a
        load of one ever staged. False in Airflow's tasks.
    -#}
    {%- if not is_tolerant()
        or adapter.get_relation(target.dbname, 'raw', 'loads') -%}
        {{ return(false) }}
    {%- endif -%}
    {%- if not adapter.get_relation(target.dbname, 'ops', 'staged_loads') -%}
        {{ return(true) }}
    {%- endif -%}
    {%- set staged = run_query('select 1 from ops.staged_loads limit 1') -%}
    {{ return(staged.rows | length == 0) }}
{%- endmacro %}
