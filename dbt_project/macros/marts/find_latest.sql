{% macro find_latest(staging, key, is_anew) -%}
    {#-
        Find what a keyed mart has to write, on keys and hashes alone, in temporary
        tables of the build:

        `<mart>__arrived`   the last record per key of each load that is taken
        `<mart>__latest`    the latest record of each key in question, and what
                            the mart has: former_hash, former_period, is_known;
                            is_written, whether it has to be written
        `<mart>__vanished`  the keys that no load has any more

        In question are the keys that have arrived, and those of rows whose load
        was replaced, typed again or removed. So a build costs what the loads it
        takes cost, whatever lies behind or after them: the rest is looked up by
        index. Each table is analysed, since the planner takes a table that was
        just made for one of a thousand rows, and loops.
    -#}
    {%- set mart = this.render() -%}
    {%- set staged = staging.render() -%}
    {%- set loads = mart_table('loads') -%}
    {%- set arrived = mart_table('arrived') -%}
    {%- set replaced = mart_table('replaced') -%}
    {%- set orphaned = mart_table('orphaned') -%}
    {%- set latest = mart_table('latest') -%}
    {%- set vanished = mart_table('vanished') -%}
    {%- set scope = ['load_period'] + (
        ['account'] if 'account' in key_columns(key) else []
    ) -%}

    {%- set create_arrived %}
        create temporary table {{ arrived }} on commit drop as
        select distinct on ({{ key_list(key, 'staged') }}, staged.load_id)
            {{ key_list(key, 'staged') }},
            staged.load_id,
            staged.record_no,
            staged.row_hash,
            staged.load_period
        from {{ staged }} as staged
        where
            staged.rejection_reason is null
            and staged.load_id = any(array(
                select loads.load_id from {{ loads }} as loads
            ))
        order by
            {{ key_list(key, 'staged', ' asc') }},
            staged.load_id asc,
            staged.record_no desc
        {{ distributed_by(key) }};
        analyze {{ arrived }}
    {%- endset -%}
    {%- do run_query(create_arrived) -%}

    {#- The periods whose rows in the mart may have lost their load. -#}
    {%- set create_replaced %}
        create temporary table {{ replaced }} on commit drop as
        {%- if is_anew or flags.EMPTY %}
        select
            loads.period as load_period,
            loads.account
        from {{ loads }} as loads
        where false
        {%- elif not has_built_loads() %}
        -- Built by a former version, which has left no log.
        select distinct
            mart.load_period,
            {{ 'mart.account' if 'account' in scope else "''::text" }} as account
        from {{ mart }} as mart
        {%- else %}
        select
            built.period as load_period,
            built.account
        from ops.current_built_loads as built
        where
            built.model = '{{ model_name() }}'::text
            and (
                exists (
                    select 1
                    from {{ loads }} as loads
                    where
                        loads.period = built.period
                        and loads.account = built.account
                )
                or not exists (
                    select 1
                    from ops.current_staged_loads as staged
                    where
                        staged.model = '{{ model_name(staging) }}'::text
                        and staged.period = built.period
                        and staged.account = built.account
                )
            )
        group by built.period, built.account
        {%- endif %}
        {{ distributed_by('load_period') }};
        analyze {{ replaced }}
    {%- endset -%}
    {%- do run_query(create_replaced) -%}

    {%- set create_orphaned %}
        create temporary table {{ orphaned }} on commit drop as
        select {{ key_list(key, 'mart') }}
        from {{ mart if not is_anew else arrived }} as mart
        where
            mart.load_period in (
                select replaced.load_period from {{ replaced }} as replaced
            )
            {%- if 'account' in scope %}
            and exists (
                select 1
                from {{ replaced }} as replaced
                where
                    replaced.load_period = mart.load_period
                    and replaced.account = mart.account
            )
            {%- endif %}
            and not exists (
                select 1
                from {{ arrived }} as arrived
                where {{ same_key(key, 'mart', 'arrived') }}
            )
        {{ distributed_by(key) }};
        analyze {{ orphaned }}
    {%- endset -%}
    {%- do run_query(create_orphaned) -%}

    {%- set facts = find_facts(staging) -%}
    {%- set first = key_columns(key) | first -%}
    {%- set is_between = facts.is_superseded or facts.loads > 1 -%}
    {%- set create_latest %}
        create temporary table {{ latest }} on commit drop as
        with

        latest as (
            {%- if facts.is_superseded %}
            {{ latest_staged(staging, key, arrived, orphaned) }}
            {%- else %}
            (
                select distinct on ({{ key_list(key, 'arrived') }}) arrived.*
                from {{ arrived }} as arrived
                order by
                    {{ key_list(key, 'arrived', ' asc') }},
                    arrived.load_period desc,
                    arrived.load_id desc
            )
            {%- if facts.is_replaced %}
            union all
            {{ latest_staged(staging, key, orphaned) }}
            {%- endif %}
            {%- endif %}
        )
        {%- if not is_anew and facts.is_replaced %},

        replaced as (
            select
                replaced.load_period,
                replaced.account
            from {{ replaced }} as replaced
        ),

        vouching as (
            select
                {{ key_list(key, 'arrived') }},
                arrived.load_period,
                arrived.row_hash
            from {{ arrived }} as arrived
        )
        {%- endif %}
        {%- if not is_anew and is_between %},

        -- the last load before the latest one that has another content
        differing as (
            select
                {{ key_list(key, 'arrived') }},
                max(arrived.load_period) as load_period
            from {{ arrived }} as arrived
            inner join latest on {{ same_key(key, 'latest', 'arrived') }}
            where
                arrived.load_period <= latest.load_period
                and arrived.row_hash <> latest.row_hash
            group by {{ key_list(key, 'arrived') }}
        )
        {%- endif %}

        select
            latest.*,
            {%- if is_anew %}
            null::text as former_hash,
            null::timestamptz as former_period,
            false as is_known,
            true as is_written
            {%- else %}
            mart.row_hash as former_hash,
            mart.load_period as former_period,
            mart.{{ first }} is not null as is_known,
            mart.{{ first }} is null
            or mart.row_hash is distinct from latest.row_hash
            {%- if facts.is_replaced %}
            or (
                replaced.load_period is not null
                and vouching.{{ first }} is null
            )
            {%- endif %}
            {%- if is_between %}
            or coalesce(differing.load_period > mart.load_period, false)
            {%- endif %} as is_written
            {%- endif %}
        from latest
        {%- if not is_anew %}
        left join {{ mart }} as mart on {{ same_key(key, 'mart', 'latest') }}
        {%- if facts.is_replaced %}
        left join replaced
            on
                mart.load_period = replaced.load_period
                {%- if 'account' in scope %}
                and mart.account = replaced.account
                {%- endif %}
        left join vouching
            on
                {{ same_key(key, 'latest', 'vouching') }}
                and mart.load_period = vouching.load_period
                and mart.row_hash = vouching.row_hash
        {%- endif %}
        {%- if is_between %}
        left join differing on {{ same_key(key, 'latest', 'differing') }}
        {%- endif %}
        {%- endif %}
        {{ distributed_by(key) }};
        analyze {{ latest }}
    {%- endset -%}
    {%- do run_query(create_latest) -%}

    {%- set create_vanished %}
        create temporary table {{ vanished }} on commit drop as
        select {{ key_list(key, 'orphaned') }}
        from {{ orphaned }} as orphaned
        where
            not exists (
                select 1
                from {{ latest }} as latest
                where {{ same_key(key, 'latest', 'orphaned') }}
            )
        {{ distributed_by(key) }}
    {%- endset -%}
    {%- do run_query(create_vanished) -%}
{%- endmacro %}
