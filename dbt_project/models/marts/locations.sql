{{ keyed_mart('stg_rickandmorty__locations', key='location_id') }}

with

latest as (
    {{ latest_per_key(ref('stg_rickandmorty__locations'), key='location_id') }}
),

final as (
    select
        -- ids
        location_id,

        -- strings
        name,
        location_type,
        dimension,
        url,
        row_hash,

        -- numerics, and what they count
        resident_count,
        residents,

        -- timestamps
        created_at,

        -- the load the row came with
        load_id,
        load_period
    from latest
)

select * from final
