{% macro latest_staged(staging, key, wanted, more=none) -%}
    {#-
        The latest record that staging has of each key in the table `wanted`, and
        in `more`: one look-up by index a key, however many loads have it. On
        Greenplum, which runs no such look-up for a distributed table, all records
        of these keys are read.
    -#}
    {%- set keys -%}
        (
            select {{ key_list(key, 'wanted') }} from {{ wanted }} as wanted
            group by {{ key_list(key, 'wanted') }}
            {%- if more %}
            union all
            select {{ key_list(key, 'more') }} from {{ more }} as more
            {%- endif %}
        )
    {%- endset -%}
    {%- if is_greenplum() %}
    (
        select distinct on ({{ key_list(key, 'staged') }})
            {{ key_list(key, 'staged') }},
            staged.load_id,
            staged.record_no,
            staged.row_hash,
            staged.load_period
        from {{ staging.render() }} as staged
        inner join {{ keys }} as keys on {{ same_key(key, 'keys', 'staged') }}
        where staged.rejection_reason is null
        order by
            {{ key_list(key, 'staged', ' asc') }},
            staged.load_period desc,
            staged.record_no desc
    )
    {%- else %}
    select found.*
    from {{ keys }} as keys
    cross join lateral (
        select
            {{ key_list(key, 'staged') }},
            staged.load_id,
            staged.record_no,
            staged.row_hash,
            staged.load_period
        from {{ staging.render() }} as staged
        where
            {{ same_key(key, 'staged', 'keys') }}
            and staged.rejection_reason is null
        order by staged.load_period desc, staged.record_no desc
        limit 1
    ) as found
    {%- endif %}
{%- endmacro %}
