{% macro keyed_mart(staging, key) -%}
    {#-
        The config of a mart that holds one row per key of the model `staging`:
        the record of the latest period, then the last to land within a load, in
        whatever order loads arrive. `latest_per_key` is the rest of it.

        A key is a column or a list of columns. Of a source that is loaded for
        several accounts, `account` is one of them: loads of an account replace,
        supersede and vanish none of another.

        A row keeps the load it came with while later ones bring the same
        content. A load vouches for a row if it has that content, and no load
        between it and the latest one has another. So a row is written anew also
        when its load no longer vouches for it: it was replaced or removed, or a
        backfilled load came between.
    -#}
    {{ config(
        materialized='incremental',
        incremental_strategy='keyed',
        unique_key=key,
        on_schema_change='fail',
        indexes=indexes_on(
            ['load_period'] + ['account'] if 'account' in key_columns(key)
            else ['load_period']
        ),
        meta={
            'key': key,
            'source': staging | replace('stg_', '', 1),
            'staging': staging,
        },
    ) }}
{%- endmacro %}
