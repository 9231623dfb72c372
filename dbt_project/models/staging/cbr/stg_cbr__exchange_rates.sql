{{ staging_model('cbr__exchange_rates', key='exchange_rate_id') }}

{%- set fields = [
    ('currency_id', '@ID', 'text'),
    ('currency_code', 'CharCode', 'text'),
    ('currency_number', 'NumCode', 'text'),
    ('currency_name', 'Name', 'text'),
    ('nominal', 'Nominal', 'integer'),
    ('value', 'Value', 'numeric_comma'),
    ('unit_rate_sent', 'VunitRate', 'numeric_comma'),
    ('rate_date', 'asked_for', 'date_dmy'),
    ('document_date', 'document_date', 'date_dmy'),
] -%}
{%- set required = [
    '@ID', 'CharCode', 'Nominal', 'Value', 'asked_for', 'document_date'
] -%}
{%- set checks = [
    ('@ID', "currency_id = ''::text", 'empty'),
    ('CharCode', "currency_code = ''::text", 'empty'),
    ('Nominal', 'nominal <= 0', 'not positive'),
] -%}

with

source as (
    {{ records_to_type('cbr', 'cbr__exchange_rates') }}
),

typed as (
    {{ from_json(
        'source', 'record', fields, required, checks, kept=['load_period']
    ) }}
),

derived as (
    select
        *,
        to_char(rate_date, 'YYYY-MM-DD'::text) || '/'::text || currency_id
            as exchange_rate_id
    from typed
),

final as (
    select
        *,
        {{ row_hash(content_of(fields)) }} as row_hash
    from derived
)

select * from final
