{#
    A keyed mart holds one row per key: the record of the latest period wins,
    then the last to land within a load, in whatever order loads arrive.
#}


{% macro latest_per_key(staged, key) -%}
    {#-
        The rows that a keyed mart has to write, from the CTE `staged`: all of
        its columns and load_period. On a first build and with --full-refresh
        that is the winning row of every key. Otherwise it is the winning rows
        of the keys that new or vanished loads touch, less those the mart has.

        A row keeps the load it came with while later ones bring the same
        content. For this to survive replaced and backfilled loads, a row is
        written anew also when its load is gone, or when a load between it and
        the winner brings other content: then the older load no longer vouches
        for it.
    -#}
    {%- if not is_incremental() %}
    select distinct on (s.{{ key }})
        s.*,
        l.period as load_period
    from {{ staged }} as s
    inner join ({{ pinned_loads() }}) as l on s.load_id = l.load_id
    where s.rejection_reason is null
    order by
        s.{{ key }} asc,
        l.period desc,
        s.record_no desc
    {%- else %}
    with

    pinned as (
        {{ pinned_loads() }}
    ),

    live as (
        select
            p.load_id,
            p.period,
            p.is_new
        from pinned as p
        where not p.is_gone
    ),

    gone as (
        select p.period
        from pinned as p
        where p.is_gone
    ),

    since as (
        select min(v.period) as period
        from live as v
        where v.is_new
    ),

    recent as (
        select
            s.*,
            v.period as load_period,
            v.is_new
        from {{ staged }} as s
        inner join live as v on s.load_id = v.load_id
        where
            s.rejection_reason is null
            and v.period >= (select x.period from since as x)
    ),

    touched as (
        select distinct r.{{ key }}
        from recent as r
        where r.is_new
    ),

    orphaned as (
        select t.{{ key }}
        from {{ this }} as t
        where
            t.load_period in (select g.period from gone as g)
            and not exists (
                select 1 from touched as u where t.{{ key }} = u.{{ key }}
            )
    ),

    contenders as (
        select r.*
        from recent as r
        where
            r.{{ key }} in (select u.{{ key }} from touched as u)
            or r.{{ key }} in (select o.{{ key }} from orphaned as o)
        union all
        select
            s.*,
            v.period as load_period,
            v.is_new
        from {{ staged }} as s
        inner join live as v on s.load_id = v.load_id
        where
            s.rejection_reason is null
            and s.{{ key }} in (select o.{{ key }} from orphaned as o)
            and not coalesce(
                v.period >= (select x.period from since as x), false
            )
    ),

    last_of_load as (
        select distinct on (c.{{ key }}, c.load_period) c.*
        from contenders as c
        order by
            c.{{ key }} asc,
            c.load_period desc,
            c.record_no desc
    ),

    ranked as (
        select
            b.*,
            row_number() over by_period as place,
            first_value(b.row_hash) over by_period as winning_hash
        from last_of_load as b
        window by_period as (
            partition by b.{{ key }}
            order by b.load_period desc
        )
    ),

    other_content as (
        select
            r.{{ key }},
            max(r.load_period) as until_period
        from ranked as r
        where r.row_hash <> r.winning_hash
        group by r.{{ key }}
    )

    select w.*
    from ranked as w
    left join {{ this }} as t on w.{{ key }} = t.{{ key }}
    left join other_content as d on w.{{ key }} = d.{{ key }}
    left join last_of_load as b
        on t.{{ key }} = b.{{ key }} and t.load_period = b.load_period
    left join gone as g on t.load_period = g.period
    where
        w.place = 1
        and (
            t.{{ key }} is null
            or t.row_hash <> w.row_hash
            or t.load_period <= d.until_period
            or (g.period is not null and b.{{ key }} is null)
        )
    {%- endif %}
{%- endmacro %}


{% macro get_incremental_keyed_sql(arg_dict) -%}
    {#-
        dbt's delete+insert, and what it has no place for: how many rows of
        each load changed a row (the rest of what it wrote is new), and the
        removal of rows whose load is gone and that no other load has.
    -#}
    {%- set target = arg_dict['target_relation'] -%}
    {%- set temp = arg_dict['temp_relation'] -%}
    {%- set key = arg_dict['unique_key'] -%}
    {%- set staged = ref(config.get('meta')['staging']) -%}
    update ops.model_loads
    set rows_changed = c.rows_changed
    from (
        select
            w.load_id,
            count(*) as rows_changed
        from {{ temp }} as w
        inner join {{ target }} as t on w.{{ key }} = t.{{ key }}
        group by w.load_id
    ) as c
    where
        ops.model_loads.load_id = c.load_id
        and ops.model_loads.model = '{{ mark_name() }}'::text;
    {{ get_incremental_delete_insert_sql(arg_dict) }};
    delete from {{ target }}
    where
        load_period in (
            select p.period from ({{ pinned_loads() }}) as p where p.is_gone
        )
        and not exists (
            select 1
            from {{ staged }} as s
            inner join ({{ pinned_loads() }}) as p on s.load_id = p.load_id
            where
                not p.is_gone
                and p.period = {{ target }}.load_period
                and s.{{ key }} = {{ target }}.{{ key }}
                and s.rejection_reason is null
        )
{%- endmacro %}
