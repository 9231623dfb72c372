{{
    config(
        materialized='incremental',
        incremental_strategy='keyed',
        unique_key='location_id',
        on_schema_change='fail',
        pre_hook=[
            "{{ pin_loads(['rickandmorty__locations']) }}",
            "{{ find_winners(
                ref('stg_rickandmorty__locations'), key='location_id'
            ) }}",
        ],
        post_hook="{{ unpin_loads() }}",
        meta={
            'key': 'location_id',
            'source': 'rickandmorty__locations',
            'staging': 'stg_rickandmorty__locations',
        },
    )
}}

with

staged as (
    select * from {{ ref('stg_rickandmorty__locations') }}
),

latest as (
    {{ latest_per_key('staged', key='location_id') }}
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
