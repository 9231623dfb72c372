{% test of_loaded_period(model, column_name, source, account=none) %}
    {#-
        Every row is of a period that the ledger has a load of `source` for;
        where `account` names the column that has it, a load of that account.
    -#}
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
                {%- if account %}
                and l.account = t.{{ account }}
                {%- endif %}
        )
{% endtest %}
