{{ rejected_config('cbr__exchange_rates') }}

with

exchange_rates as (
    select * from {{ ref('stg_cbr__exchange_rates') }}
),

final as (
    {{ rejected('exchange_rates', source='cbr__exchange_rates') }}
)

select * from final
