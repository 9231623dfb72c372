{% macro latest_per_key(staged, key) -%}
    {#-
        The records that a keyed mart has to write, all columns of `staged`, which
        is a relation. In a build, those that find_latest has found; with `dbt
        show`, `dbt compile` and in unit tests, the latest of every key.
    -#}
    {%- if flags.WHICH in ('run', 'build') and not staged.is_cte %}
    select staged.*
    from {{ staged.render() }} as staged
    inner join {{ mart_table('latest') }} as latest
        on
            staged.load_id = latest.load_id
            and staged.record_no = latest.record_no
    where
        latest.is_written
        and staged.load_id = any(array(
            select distinct written.load_id
            from {{ mart_table('latest') }} as written
            where written.is_written
        ))
    {%- else %}
    select distinct on ({{ key_list(key, 'staged') }}) staged.*
    from (select * from {{ staged }}) as staged
    where staged.rejection_reason is null
    order by
        {{ key_list(key, 'staged', ' asc') }},
        staged.load_period desc,
        staged.record_no desc
    {%- endif %}
{%- endmacro %}
