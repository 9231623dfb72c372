{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='nationality',
        on_schema_change='fail',
        pre_hook="{{ lock_model() }}",
        post_hook="{{ remove_missing('nationality', ref('users')) }}",
    )
}}

with

users as (
    select * from {{ ref('users') }}
),

countries as (
    select * from {{ ref('countries') }}
),

counted as (
    select
        nationality,
        count(*) as users,
        count(*) filter (where gender = 'female'::text) as female_users,
        count(*) filter (where gender = 'male'::text) as male_users,
        min(registered_at) as first_registered_at,
        max(registered_at) as last_registered_at
    from users
    where nationality is not null
    group by nationality
),

final as (
    select
        counted.nationality,
        countries.country_name,
        countries.region,
        countries.continent,
        counted.users,
        counted.female_users,
        counted.male_users,
        counted.first_registered_at,
        counted.last_registered_at
    from counted
    left join countries on counted.nationality = countries.nationality
),

changed as (
    select * from final
    {% if is_incremental() %}
        except
        select * from {{ this }}
    {% endif %}
)

select * from changed
