{% macro records_to_type(source_name, table) -%}
    {#-
        The records of the raw table that the staging model is to type, with the
        period of their load: all columns of the raw table, and load_period.

        In a build, those of the loads in `:load_ids`, which stage_loads puts in
        one group of loads after another. Ledger and records are read by one
        statement, which sees a load whole or not at all, whatever lands beside
        it. With `dbt show` and `dbt compile`, the records of all loads.
    -#}
    {%- set raw = source(source_name, table) -%}
    {%- if raw.is_cte %}
    select
        *,
        null::timestamptz as load_period
    from {{ raw }}
    {%- else %}
    {%- set ledger = source('elt', 'loads') %}
    select
        landed.*,
        ledger.period as load_period
    from (select * from {{ raw }}) as landed
    inner join (select * from {{ ledger }}) as ledger
        on landed.load_id = ledger.load_id
    where
        ledger.source = '{{ table }}'::text
        {%- if flags.WHICH in ('run', 'build') %}
        and landed.load_id in (:load_ids)
        {%- endif %}
    {%- endif %}
{%- endmacro %}
