{{ keyed_mart('stg_cbr__exchange_rates', key='exchange_rate_id') }}

with

latest as (
    {{ latest_per_key(ref('stg_cbr__exchange_rates'), key='exchange_rate_id') }}
),

final as (
    select
        -- ids
        exchange_rate_id,
        currency_id,

        -- strings
        currency_code,
        currency_number,
        currency_name,
        row_hash,

        -- numerics
        nominal,
        value,
        unit_rate_sent,
        -- By a power of ten: multiplied by its exact inverse, since a division
        -- rounds at 16 digits and leaves zeros behind.
        case
            when nominal::text ~ '^10*$'::text
                then
                    value
                    * (
                        '1e-'::text || (length(nominal::text) - 1)::text
                    )::numeric
            else value / nominal
        end as rate_per_unit,

        -- dates
        rate_date,
        document_date,

        -- the load the row came with
        load_id,
        load_period
    from latest
)

select * from final
