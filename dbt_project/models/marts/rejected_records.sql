{{ rejected_of('stg_randomuser__users') }}
