{{ keyed_mart('stg_randomuser__users', key='user_id') }}

with

latest as (
    {{ latest_per_key(ref('stg_randomuser__users'), key='user_id') }}
),

final as (
    select
        -- the columns this table began with; people's queries rely on the order
        first_name as firstname,
        last_name as lastname,
        country,
        username,
        password_digest as password,
        email,

        -- ids
        user_id,
        national_id,
        national_id_name,

        -- strings
        gender,
        title,
        street_name,
        city,
        state,
        postcode,
        timezone_offset,
        timezone_description,
        phone,
        cell,
        picture_large_url,
        picture_medium_url,
        picture_thumbnail_url,
        nationality,
        row_hash,

        -- numerics
        street_number,
        latitude,
        longitude,

        -- timestamps
        born_at,
        registered_at,

        -- the load the row came with
        load_id,
        load_period
    from latest
)

select * from final
