{% macro without_rows(table) -%}
    {#- A subquery with the columns of a raw table, or of the ledger. -#}
    (
        select
        {%- if table == 'loads' %}
            null::bigint as load_id,
            null::text as source,
            null::text as dag_id,
            null::text as run_id,
            null::text as request,
            null::text as checksum,
            null::integer as pages,
            null::bigint as records,
            null::bigint as bytes,
            null::timestamptz as period,
            null::timestamptz as started_at,
            null::timestamptz as fetched_at,
            null::timestamptz as landed_at,
            null::text as cursor,
            null::text as account
        {%- else %}
            null::bigint as load_id,
            null::integer as record_no,
            null::jsonb as record,
            null::text as account
        {%- endif %}
        where 'raw.{{ table }} is not there yet'::text is null
    ) as {{ table }}
{%- endmacro %}
