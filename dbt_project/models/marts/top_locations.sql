{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='fail',
        pre_hook=[
            "{{ pin_loads(['rickandmorty__locations']) }}",
            "{{ remove_gone_loads() }}",
        ],
        post_hook="{{ unpin_loads() }}",
        meta={'distributed_by': ['day']},
    )
}}

with

locations as (
    select * from {{ ref('stg_rickandmorty__locations') }}
),

pinned as (
    {{ pinned_loads() }}
),

last_of_load as (
    select distinct on (load_id, location_id) *
    from locations
    where
        rejection_reason is null
        and load_id = any(array(
            select pinned.load_id
            from pinned
            where pinned.is_new
        ))
    order by
        load_id asc,
        location_id asc,
        record_no desc
),

ranked as (
    select
        *,
        row_number() over (
            partition by load_id
            order by resident_count desc, location_id asc
        )::integer as place
    from last_of_load
),

final as (
    select
        ranked.location_id,
        ranked.name,
        ranked.location_type,
        ranked.dimension,
        ranked.place,
        ranked.resident_count,
        (pinned.period at time zone 'UTC'::text)::date as day,
        ranked.load_id,
        pinned.period as load_period
    from ranked
    inner join pinned on ranked.load_id = pinned.load_id
    where ranked.place <= 3
)

select * from final
