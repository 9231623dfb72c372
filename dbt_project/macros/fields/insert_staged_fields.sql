{% macro insert_staged_fields(raw, load_ids) -%}
    {#-
        Objects are entered as what is in them, four levels deep; one with more
        than 100 names is a map whose names are data, and is entered as a whole.
    -#}
    {%- set depth = 4 -%}
    insert into ops.staged_fields (
        model, staged_no, load_id, path, type, records
    )
    with

    sampled as (
        select
            staged.load_id,
            staged.staged_no,
            landed.record
        from ops.current_staged_loads as staged
        {%- if is_greenplum() %}
        inner join {{ raw }} as landed
            on
                staged.load_id = landed.load_id
                and landed.record_no
                % greatest(1, staged.records / 500)
                = 0
        {%- else %}
        -- by index, not through all records of a large load
        cross join lateral generate_series(
            greatest(1, staged.records / 500)::bigint,
            staged.records::bigint,
            greatest(1, staged.records / 500)::bigint
        ) as wanted (record_no)
        cross join lateral (
            select records.record
            from {{ raw }} as records
            where
                records.load_id = staged.load_id
                and records.record_no = wanted.record_no
            limit 1
        ) as landed
        {%- endif %}
        where
            staged.model = '{{ model_name() }}'::text
            and staged.load_id in ({{ load_ids | join(', ') }})
    ),

    {%- for level in range(1, depth + 1) %}
    {%- set value = 'around.value' if level > 1 else 'around.record' %}

    level_{{ level }} as (
        select
            around.load_id,
            around.staged_no,
            {% if level > 1 -%}
            around.path as parent,
            around.path || '.'::text || inside.key as path,
            {%- else -%}
            ''::text as parent,
            inside.key as path,
            {%- endif %}
            inside.value
        from {{ 'level_' ~ (level - 1) if level > 1 else 'sampled' }} as around
        cross join lateral jsonb_each(
            case
                when jsonb_typeof({{ value }}) = 'object'::text
                    then {{ value }}
                else '{}'::jsonb
            end
        ) as inside
    ),
    {%- endfor %}

    counted as (
        {%- for level in range(1, depth + 1) %}
        select
            found.load_id,
            found.staged_no,
            found.parent,
            found.path,
            jsonb_typeof(found.value) as type,
            count(*) as records
        from level_{{ level }} as found
        group by 1, 2, 3, 4, 5
        {{ 'union all' if not loop.last }}
        {%- endfor %}
    ),

    maps as (
        select
            counted.load_id,
            counted.parent as path
        from counted
        where counted.parent <> ''::text
        group by counted.load_id, counted.parent
        having count(*) > 100
    ),

    fields as (
        select
            counted.load_id,
            counted.staged_no,
            counted.path,
            counted.type,
            counted.records
        from counted
        where
            counted.type <> 'null'::text
            and (
                counted.type <> 'object'::text
                or exists (
                    select 1
                    from maps
                    where
                        maps.load_id = counted.load_id
                        and maps.path = counted.path
                )
            )
            and not exists (
                select 1
                from maps
                where
                    maps.load_id = counted.load_id
                    and left(counted.path, length(maps.path) + 1)
                    = maps.path || '.'::text
            )
        union all
        select
            sampled.load_id,
            sampled.staged_no,
            ''::text as path,
            'record'::text as type,
            count(*) as records
        from sampled
        group by sampled.load_id, sampled.staged_no
    )

    select
        '{{ model_name() }}'::text as model,
        fields.staged_no,
        fields.load_id,
        fields.path,
        fields.type,
        sum(fields.records) as records
    from fields
    group by fields.staged_no, fields.load_id, fields.path, fields.type
{%- endmacro %}
