{% macro rejected_of(staging, kept=[]) -%}
    {#-
        A view of the records of the model `staging` that have a fault: those that
        were rejected as a whole, and those that lost a field (misfits) and are in
        the marts without it. `kept` names columns of staging to take along
        (`account`, where it has some).
    -#}
    {%- set table = staging | replace('stg_', '', 1) -%}
    {{ config(materialized='view', meta={'rejected_of': table}) }}
    select
        load_id,
        record_no,
        {%- for column in kept %}
        {{ column }},
        {%- endfor %}
        '{{ table }}'::text as source,
        rejection_reason,
        misfits,
        faulty_record as record,
        load_period
    from {{ ref(staging) }}
    where faulty_record is not null
{%- endmacro %}
