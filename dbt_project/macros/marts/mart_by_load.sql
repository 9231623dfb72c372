{% macro mart_by_load(staging, distributed_by=['load_id']) -%}
    {#-
        The config of a mart whose rows are made of one load each, of the model
        `staging`: the rows of a load are written once, and leave with it.
        `records_of_new_loads` is the rest of it. `distributed_by` is where its rows go
        on Greenplum, columns of its primary key if it has one.
    -#}
    {{ config(
        materialized='incremental',
        incremental_strategy='by_load',
        on_schema_change='fail',
        indexes=indexes_on(['load_id']),
        meta={'staging': staging, 'distributed_by': distributed_by},
    ) }}
{%- endmacro %}
