{{ rejected_config('randomuser__users') }}

with

users as (
    select * from {{ ref('stg_randomuser__users') }}
),

final as (
    {{ rejected('users', source='randomuser__users') }}
)

select * from final
