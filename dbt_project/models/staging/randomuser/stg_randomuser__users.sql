{{ staging_model('randomuser__users', key='user_id') }}

{%- set fields = [
    ('user_id', 'login.uuid', 'uuid'),
    ('national_id', 'id.value', 'text'),
    ('national_id_name', 'id.name', 'text'),
    ('gender', 'gender', 'text'),
    ('title', 'name.title', 'text'),
    ('first_name', 'name.first', 'text'),
    ('last_name', 'name.last', 'text'),
    ('street_name', 'location.street.name', 'text'),
    ('city', 'location.city', 'text'),
    ('state', 'location.state', 'text'),
    ('country', 'location.country', 'text'),
    ('postcode', 'location.postcode', 'text'),
    ('timezone_offset', 'location.timezone.offset', 'text'),
    ('timezone_description', 'location.timezone.description', 'text'),
    ('email', 'email', 'text'),
    ('username', 'login.username', 'text'),
    ('password_salt', 'login.salt', 'text'),
    ('password_md5', 'login.md5', 'text'),
    ('password_sha1', 'login.sha1', 'text'),
    ('password_sha256', 'login.sha256', 'text'),
    ('phone', 'phone', 'text'),
    ('cell', 'cell', 'text'),
    ('picture_large_url', 'picture.large', 'text'),
    ('picture_medium_url', 'picture.medium', 'text'),
    ('picture_thumbnail_url', 'picture.thumbnail', 'text'),
    ('nationality', 'nat', 'text'),
    ('street_number', 'location.street.number', 'integer'),
    ('age', 'dob.age', 'integer'),
    ('registration_age', 'registered.age', 'integer'),
    ('latitude', 'location.coordinates.latitude', 'numeric'),
    ('longitude', 'location.coordinates.longitude', 'numeric'),
    ('born_at', 'dob.date', 'timestamptz'),
    ('registered_at', 'registered.date', 'timestamptz'),
] -%}

with

source as (
    {{ records_to_type('randomuser', 'randomuser__users') }}
),

typed as (
    {{ from_json(
        'source', 'record', fields, required=['login.uuid'], kept=['load_period']
    ) }}
),

derived as (
    select
        *,
        'sha256$'::text || password_salt || '$'::text || password_sha256
            as password_digest
    from typed
),

final as (
    select
        *,
        {{ row_hash(user_content()) }} as row_hash
    from derived
)

select * from final
