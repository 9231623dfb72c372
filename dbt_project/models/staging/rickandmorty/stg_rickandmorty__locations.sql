{{ staging_model('rickandmorty__locations', key='location_id') }}

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
    {{ records_to_type('rickandmorty', 'rickandmorty__locations') }}
),

typed as (
    {{ from_json(
        'source', 'record', fields, required=['id', 'residents'],
        checks=checks, kept=['load_period']
    ) }}
),

derived as (
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
    from derived
)

select * from final
