{% test of_loaded_period(model, column_name, source, account=none) %}
    {#-
        Every row is of a period that the ledger has a load of `source` for;
        where `account` names the column that has it, a load of that account.
    -#}
    with

    tested as (
        select * from {{ model }}
    )

    select tested.{{ column_name }}
    from tested
    where
        not exists (
            select ledger.load_id
            from raw.loads as ledger
            where
                ledger.source = '{{ source }}'::text
                and ledger.period = tested.{{ column_name }}
                {%- if account %}
                and ledger.account = tested.{{ account }}
                {%- endif %}
        )
{% endtest %}
