{#
    A keyed mart holds one row per key: the record of the latest period wins,
    then the last to land within a load, in whatever order loads arrive.

    A key is a column or a list of columns. Of a source that is loaded for several
    accounts, `account` is one of them: loads of an account replace, supersede
    and vanish none of another.

    A row keeps the load it came with while later ones bring the same content.
    For this to survive replaced and backfilled loads, a row is written anew
    also when its load is gone and nothing took its place, or when a load
    between it and the winner brings other content: then the older load no
    longer vouches for it.

    What has to be written is worked out on keys and hashes, in temporary
    tables of the model's transaction, distributed as the mart is by its key.
    They are analysed: the planner knows nothing of how many rows a common table
    expression has, and loops where it takes 20,000 for one.
#}


{% macro mart_table(name) -%}
    {{ this.identifier }}__{{ name }}
{%- endmacro %}


{% macro key_columns(key) -%}
    {{ return([key] if key is string else key) }}
{%- endmacro %}


{% macro key_list(key, relation, suffix='') -%}
    {#- The columns of the key in `relation`, each followed by `suffix`. -#}
    {%- for column in key_columns(key) -%}
        {{ relation }}.{{ column }}{{ suffix }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}


{% macro same_key(key, left, right) -%}
    {%- for column in key_columns(key) -%}
        {{ left }}.{{ column }} = {{ right }}.{{ column }}
        {{- ' and ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}


{% macro key_tuple(key) -%}
    {#- The key as the left side of "in". -#}
    {%- if key is string -%}
        {{ key }}
    {%- else -%}
        ({{ key | join(', ') }})
    {%- endif -%}
{%- endmacro %}


{% macro find_winners(staged, key) -%}
    {#-
        Pre-hook of an incremental build, after pin_loads: makes the temporary
        tables `<mart>__winners`, the records to write, and `<mart>__vanished`,
        the keys that no load has any more. `staged` is a relation.
    -#}
    {%- if execute and is_incremental() -%}
    {%- set contenders = mart_table('contenders') -%}
    {%- set orphans = mart_table('orphans') -%}
    {%- set winners = mart_table('winners') -%}
    {%- set vanished = mart_table('vanished') -%}
    {%- set gone -%}
        select p.period from ({{ pinned_loads() }}) as p where p.is_gone
    {%- endset -%}
    {%- set since -%}
        select min(n.period) from ({{ pinned_loads() }}) as n where n.is_new
    {%- endset %}

    -- The records of the new loads and of those of the same or a later period.
    create temporary table {{ contenders }} on commit drop as
    select
        {{ key_list(key, 's') }},
        s.load_id,
        s.record_no,
        s.row_hash,
        l.period,
        l.is_new
    from {{ staged.render() }} as s
    inner join ({{ pinned_loads() }}) as l on s.load_id = l.load_id
    where
        s.rejection_reason is null
        and s.load_id = any(array(
            select p.load_id
            from ({{ pinned_loads() }}) as p
            where not p.is_gone and p.period >= ({{ since }})
        ))
    {{ distributed_by(key) }};
    analyze {{ contenders }};

    -- Keys whose load is gone and that no new load brings.
    create temporary table {{ orphans }} on commit drop as
    select {{ key_list(key, 't') }}
    from {{ this }} as t
    where
        exists ({{ gone }})
        and t.load_period in ({{ gone }})
        and not exists (
            select 1
            from {{ contenders }} as c
            where c.is_new and {{ same_key(key, 't', 'c') }}
        )
    {{ distributed_by(key) }};
    analyze {{ orphans }};

    -- Only the keys that new loads touch, and all there is of the orphans.
    delete from {{ contenders }}
    where
        not exists (
            select 1
            from {{ contenders }} as c
            where c.is_new and {{ same_key(key, contenders, 'c') }}
        )
        and not exists (
            select 1
            from {{ orphans }} as o
            where {{ same_key(key, contenders, 'o') }}
        );
    insert into {{ contenders }} (
        {{ key_columns(key) | join(', ') }},
        load_id,
        record_no,
        row_hash,
        period,
        is_new
    )
    select
        {{ key_list(key, 's') }},
        s.load_id,
        s.record_no,
        s.row_hash,
        l.period,
        false
    from {{ staged.render() }} as s
    inner join {{ orphans }} as o on {{ same_key(key, 's', 'o') }}
    inner join ({{ pinned_loads() }}) as l on s.load_id = l.load_id
    where
        s.rejection_reason is null
        and s.load_id = any(array(
            select p.load_id
            from ({{ pinned_loads() }}) as p
            where
                exists (select 1 from {{ orphans }} as x)
                and not p.is_gone
                and not coalesce(p.period >= ({{ since }}), false)
        ));
    analyze {{ contenders }};

    create temporary table {{ winners }} on commit drop as
    with

    last_of_load as (
        select distinct on ({{ key_list(key, 'c') }}, c.period) c.*
        from {{ contenders }} as c
        order by
            {{ key_list(key, 'c', ' asc') }},
            c.period desc,
            c.record_no desc
    ),

    ranked as (
        select
            b.*,
            row_number() over by_period as place,
            first_value(b.row_hash) over by_period as winning_hash
        from last_of_load as b
        window by_period as (
            partition by {{ key_list(key, 'b') }} order by b.period desc
        )
    ),

    judged as (
        select
            r.*,
            t.{{ key_columns(key) | first }} as former_key,
            t.row_hash as former_hash,
            t.load_period as former_period,
            max(
                case when r.row_hash <> r.winning_hash then r.period end
            ) over of_key as other_until,
            max(
                case when r.period = t.load_period then 1 else 0 end
            ) over of_key as has_former_period
        from ranked as r
        left join {{ this }} as t on {{ same_key(key, 'r', 't') }}
        window of_key as (partition by {{ key_list(key, 'r') }})
    )

    select
        {{ key_list(key, 'j') }},
        j.load_id,
        j.record_no,
        j.row_hash,
        j.period,
        j.former_key is not null as is_change
    from judged as j
    where
        j.place = 1
        and (
            j.former_key is null
            or j.former_hash <> j.row_hash
            or j.former_period <= j.other_until
            or (
                j.has_former_period = 0
                and j.former_period in ({{ gone }})
            )
        )
    {{ distributed_by(key) }};
    analyze {{ winners }};

    create temporary table {{ vanished }} on commit drop as
    select {{ key_list(key, 'o') }}
    from {{ orphans }} as o
    where not exists (
        select 1 from {{ contenders }} as c where {{ same_key(key, 'o', 'c') }}
    )
    {{ distributed_by(key) }};
    analyze {{ vanished }}
    {%- endif -%}
{%- endmacro %}


{% macro latest_per_key(staged, key) -%}
    {#-
        The rows that a keyed mart has to write: all columns of `staged`, and
        load_period. On a first build and with --full-refresh that is the
        winning record of every key, else what find_winners has found. (`dbt
        show` and `dbt compile` run no hooks; they give the former.)
    -#}
    {%- if is_incremental() and flags.WHICH in ('run', 'build') %}
    select
        s.*,
        w.period as load_period
    from {{ staged }} as s
    inner join {{ mart_table('winners') }} as w
        on s.load_id = w.load_id and s.record_no = w.record_no
    where
        s.load_id = any(array(
            select distinct x.load_id from {{ mart_table('winners') }} as x
        ))
    {%- else %}
    select distinct on ({{ key_list(key, 's') }})
        s.*,
        l.period as load_period
    from {{ staged }} as s
    inner join ({{ pinned_loads() }}) as l on s.load_id = l.load_id
    where s.rejection_reason is null
    order by
        {{ key_list(key, 's', ' asc') }},
        l.period desc,
        s.record_no desc
    {%- endif %}
{%- endmacro %}


{% macro get_incremental_keyed_sql(arg_dict) -%}
    {#-
        dbt's delete+insert, and what it has no place for: how many rows of
        each load changed a row (the rest of what it wrote is new), and the
        removal of the keys that no load has any more. The insert comes last:
        the rows it counts are those that dbt reports.
    -#}
    {%- set target = arg_dict['target_relation'] -%}
    {%- set key = arg_dict['unique_key'] -%}
    update ops.model_loads
    set rows_changed = c.rows_changed
    from (
        select
            w.load_id,
            count(*) as rows_changed
        from {{ mart_table('winners') }} as w
        where w.is_change
        group by w.load_id
    ) as c
    where
        ops.model_loads.load_id = c.load_id
        and ops.model_loads.model = '{{ mark_name() }}'::text;
    delete from {{ target }}
    where {{ key_tuple(key) }} in (
        select {{ key_list(key, 'v') }} from {{ mart_table('vanished') }} as v
    );
    {{ get_incremental_delete_insert_sql(arg_dict) }}
{%- endmacro %}
