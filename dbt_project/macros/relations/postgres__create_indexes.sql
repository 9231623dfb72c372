{% macro postgres__create_indexes(relation) -%}
    {#-
        The indexes of the config that `relation` does not have. dbt gives each
        index a new name, so its "if not exists" never finds one, and a table
        that stays would have one more after each full refresh.
    -#}
    {%- set wanted = config.get('indexes') or [] -%}
    {%- if wanted -%}
        {%- set query %}
            select
                method.amname::text as method,
                existing.indisunique as is_unique,
                array_to_string(array(
                    select pg_get_indexdef(existing.indexrelid, place, true)
                    from generate_series(1, existing.indnatts) as place
                    order by place
                ), ','::text) as columns
            from pg_index as existing
            inner join pg_class as index on existing.indexrelid = index.oid
            inner join pg_am as method on index.relam = method.oid
            where existing.indrelid = '{{ relation.render() }}'::regclass
        {%- endset -%}
        {%- set found = run_query(query).rows | map('list') | list -%}
        {%- for index in wanted -%}
            {%- if [
                index.get('type') or 'btree',
                index.get('unique') or false,
                index['columns'] | join(','),
            ] not in found -%}
                {%- do run_exclusively(
                    relation,
                    get_create_index_sql(relation, index),
                    [
                        'RowExclusiveLock',
                        'ShareUpdateExclusiveLock',
                        'ShareRowExclusiveLock',
                        'ExclusiveLock',
                        'AccessExclusiveLock',
                    ]
                ) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
