{%- set fields = [
    ('location_id', 'id', 'integer'),
    ('name', 'name', 'text'),
    ('location_type', 'type', 'text'),
    ('dimension', 'dimension', 'text'),
    ('url', 'url', 'text'),
    ('residents', 'residents', 'jsonb'),
    ('created_at', 'created', 'timestamptz'),
] -%}
{%- set checks = [
    ('residents', "jsonb_typeof(residents) <> 'array'::text", 'not a list'),
] -%}

with

source as (
    select * from {{ source('rickandmorty', 'rickandmorty__locations') }}
),

typed as (
    {{ from_json(
        'source', 'record', fields, required=['id', 'residents'], checks=checks
    ) }}
),

renamed as (
    select
        *,
        case
            when jsonb_typeof(residents) = 'array'::text
                then jsonb_array_length(residents)
        end as resident_count
    from typed
),

final as (
    select
        *,
        {{ row_hash(content_of(fields)) }} as row_hash
    from renamed
)

select * from final
