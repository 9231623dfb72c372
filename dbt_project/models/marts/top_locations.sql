{{ mart_by_load(
    'stg_rickandmorty__locations', distributed_by=['day', 'place']
) }}

with

locations as (
    {{ records_of_new_loads(ref('stg_rickandmorty__locations')) }}
),

last_of_load as (
    select distinct on (load_id, location_id) *
    from locations
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
        location_id,
        name,
        location_type,
        dimension,
        place,
        resident_count,
        (load_period at time zone 'UTC'::text)::date as day,
        load_id,
        load_period
    from ranked
    where place <= 3
)

select * from final
