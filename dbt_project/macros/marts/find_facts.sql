{% macro find_facts(staging) -%}
    {#-
        What the queries of find_latest need not look for, mostly: `loads`, how
        many are taken; `is_superseded`, whether staging has a load of a later
        period than one of them; `is_replaced`, whether a row of the mart may have
        lost its load.
    -#}
    {%- set query %}
        select
            (select count(*) from {{ mart_table('loads') }} as taken) as loads,
            exists (
                select 1
                from {{ mart_table('replaced') }} as replaced
            ) as is_replaced,
            exists (
                select 1
                from ops.current_staged_loads as staged
                where
                    staged.model = '{{ model_name(staging) }}'::text
                    and staged.period > (
                        select min(loads.period)
                        from {{ mart_table('loads') }} as loads
                    )
                    and staged.load_id not in (
                        select loads.load_id
                        from {{ mart_table('loads') }} as loads
                    )
            ) as is_superseded
    {%- endset -%}
    {{ return(run_query(query).rows[0]) }}
{%- endmacro %}
