{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='fail',
        indexes=indexes_on(['load_id']),
        pre_hook=[
            "{{ pin_loads(['randomuser__users']) }}",
            "{{ remove_gone_loads() }}",
        ],
        post_hook="{{ unpin_loads() }}",
    )
}}

with

users as (
    select * from {{ ref('stg_randomuser__users') }}
),

pinned as (
    {{ pinned_loads() }}
),

rejected as (
    select
        load_id,
        record_no,
        'randomuser__users'::text as source,
        rejection_reason,
        record
    from users
    where
        rejection_reason is not null
        and load_id = any(array(
            select pinned.load_id
            from pinned
            where pinned.is_new
        ))
),

final as (
    select
        rejected.load_id,
        rejected.record_no,
        rejected.source,
        rejected.rejection_reason,
        rejected.record,
        pinned.period as load_period
    from rejected
    inner join pinned on rejected.load_id = pinned.load_id
)

select * from final
