{#
    The records of one source that could not be typed, of every load that the
    ledger has. A model of them is these two macros and a ref.
#}


{% macro rejected_config(source) -%}
    {#- How such a model is built; `source` is the raw table's name. -#}
    {{ config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='fail',
        indexes=indexes_on(['load_id']),
        pre_hook=[
            "{{ pin_loads(['" ~ source ~ "']) }}",
            "{{ remove_gone_loads() }}",
        ],
        post_hook="{{ unpin_loads() }}",
        meta={
            'rejected_of': source,
            'distributed_by': ['load_id', 'record_no'],
        },
    ) }}
{%- endmacro %}


{% macro rejected(staged, source, kept=[]) -%}
    {#-
        The records to add; `staged` shows those of `source` with reasons, and
        `kept` names columns of it to take along (`account`, where it has some).
    -#}
    select
        s.load_id,
        s.record_no,
        {%- for column in kept %}
        s.{{ column }},
        {%- endfor %}
        '{{ source }}'::text as source,
        s.rejection_reason,
        s.faulty_record as record,
        l.period as load_period
    from {{ staged }} as s
    inner join ({{ pinned_loads() }}) as l on s.load_id = l.load_id
    where
        s.rejection_reason is not null
        and s.load_id = any(array(
            select p.load_id from ({{ pinned_loads() }}) as p where p.is_new
        ))
{%- endmacro %}
