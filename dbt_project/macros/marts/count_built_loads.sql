{% macro count_built_loads(key) -%}
    {#- What became of the records that have arrived, by load. -#}
    select
        arrived.load_id,
        count(*) as arrived,
        count(*) filter (
            where latest.load_id = arrived.load_id and not latest.is_known
        ) as rows_new,
        count(*) filter (
            where
                latest.load_id = arrived.load_id
                and latest.is_known
                and latest.former_hash is distinct from latest.row_hash
        ) as rows_changed,
        count(*) filter (
            where
                latest.load_id = arrived.load_id
                and latest.is_known
                and latest.former_hash = latest.row_hash
        ) as rows_unchanged,
        count(*) filter (
            where latest.load_id <> arrived.load_id
        ) as rows_superseded
    from {{ mart_table('arrived') }} as arrived
    inner join {{ mart_table('latest') }} as latest
        on {{ same_key(key, 'latest', 'arrived') }}
    group by arrived.load_id
{%- endmacro %}
