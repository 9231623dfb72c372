{% macro staging_model(table, key) -%}
    {#-
        The config of a staging model: a table of all records of the raw `table`,
        each typed once. It takes the loads of the ledger that it has not taken,
        types those again that another definition of the model has typed, and
        drops those that are gone (stage_loads).

        `key` are the columns that identify a record in the marts made of it. The
        model has load_id, record_no, load_period (records_to_type), row_hash, and
        what from_json adds: rejection_reason, misfits, faulty_record.
    -#}
    {{ config(
        materialized='incremental',
        incremental_strategy='staged',
        on_schema_change='sync_all_columns',
        indexes=indexes_on(['load_id']) + indexes_on(
            key_columns(key) + ['load_period', 'record_no']
        ),
        meta={'stages': table, 'distributed_by': key},
    ) }}
{%- endmacro %}
