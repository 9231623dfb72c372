{{ rejected_config('rickandmorty__locations') }}

with

locations as (
    select * from {{ ref('stg_rickandmorty__locations') }}
),

final as (
    {{ rejected('locations', source='rickandmorty__locations') }}
)

select * from final
