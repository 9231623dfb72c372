{% macro insert_field_changes(load_ids) -%}
    {#- What was noticed before, of a load that is typed again, is left out. -#}
    insert into ops.field_changes (
        model,
        load_id,
        source,
        account,
        period,
        path,
        change,
        former_type,
        type,
        sample,
        records,
        noticed_at
    )
    with

    known as (
        select
            staged.load_id,
            staged.source,
            staged.account,
            staged.period,
            fields.path,
            fields.type,
            fields.records
        from ops.current_staged_loads as staged
        inner join ops.staged_fields as fields
            on
                staged.model = fields.model
                and staged.load_id = fields.load_id
                and staged.staged_no = fields.staged_no
        where staged.model = '{{ model_name() }}'::text
    ),

    samples as (
        select * from known where known.path = ''::text
    ),

    -- A load, and the one before it.
    compared as (
        select
            sample.*,
            max(former.period) as former_period
        from samples as sample
        inner join samples as former
            on sample.account = former.account and sample.period > former.period
        where sample.load_id in ({{ load_ids | join(', ') }})
        group by 1, 2, 3, 4, 5, 6, 7
    ),

    -- The first period that has a field, and that has it with a type.
    first_of_path as (
        select
            known.account,
            known.path,
            min(known.period) as period
        from known
        group by known.account, known.path
    ),

    first_of_type as (
        select
            known.account,
            known.path,
            known.type,
            min(known.period) as period
        from known
        group by known.account, known.path, known.type
    ),

    -- A field in a load, with its most frequent type.
    typed as (
        select distinct on (known.account, known.period, known.path)
            known.account,
            known.period,
            known.path,
            known.type,
            sum(known.records) over (
                partition by known.account, known.period, known.path
            ) as records
        from known
        where known.path <> ''::text
        order by
            known.account asc,
            known.period asc,
            known.path asc,
            known.records desc
    ),

    changes as (
        select
            compared.load_id,
            typed.path,
            'appeared'::text as change,
            null::text as former_type,
            typed.type,
            typed.records
        from compared
        inner join typed
            on
                compared.account = typed.account
                and compared.period = typed.period
        inner join first_of_path
            on
                typed.account = first_of_path.account
                and typed.path = first_of_path.path
                and typed.period = first_of_path.period
        union all
        select
            compared.load_id,
            now_of.path,
            'type changed'::text as change,
            former.type as former_type,
            now_of.type,
            now_of.records
        from compared
        inner join known as now_of on compared.load_id = now_of.load_id
        inner join first_of_type
            on
                compared.account = first_of_type.account
                and now_of.path = first_of_type.path
                and now_of.type = first_of_type.type
                and compared.period = first_of_type.period
        inner join typed as former
            on
                compared.account = former.account
                and compared.former_period = former.period
                and now_of.path = former.path
        union all
        select
            compared.load_id,
            former.path,
            'disappeared'::text as change,
            former.type as former_type,
            null::text as type,
            0 as records
        from compared
        inner join samples as before_it
            on
                compared.account = before_it.account
                and compared.former_period = before_it.period
        inner join typed as former
            on
                compared.account = former.account
                and compared.former_period = former.period
        left join typed as now_of
            on
                compared.account = now_of.account
                and compared.period = now_of.period
                and former.path = now_of.path
        where
            now_of.path is null
            and (
                former.records = before_it.records
                or former.records * compared.records >= 10 * before_it.records
            )
    )

    select
        '{{ model_name() }}'::text as model,
        changes.load_id,
        compared.source,
        compared.account,
        compared.period,
        changes.path,
        changes.change,
        changes.former_type,
        changes.type,
        null::text as sample,
        changes.records,
        now() as noticed_at
    from changes
    inner join compared on changes.load_id = compared.load_id
    where
        not exists (
            select 1
            from ops.field_changes as noticed
            where
                noticed.model = '{{ model_name() }}'::text
                and noticed.load_id = changes.load_id
                and noticed.path = changes.path
                and noticed.change = changes.change
                and coalesce(noticed.type, ''::text)
                = coalesce(changes.type, ''::text)
        )
{%- endmacro %}
