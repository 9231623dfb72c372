{{ rejected_of('stg_cbr__exchange_rates') }}
