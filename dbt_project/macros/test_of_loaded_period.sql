{% test of_loaded_period(model, column_name, source) %}
    {#- Every row is of a period that the ledger has a load of `source` for. -#}
    with

    tested as (
        select * from {{ model }}
    )

    select t.{{ column_name }}
    from tested as t
    where
        not exists (
            select l.load_id
            from raw.loads as l
            where
                l.source = '{{ source }}'::text
                and l.period = t.{{ column_name }}
        )
{% endtest %}
