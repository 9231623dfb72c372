{% test row_hash_of(model, column_name, columns) %}
    {#-
        The column is the row_hash of `columns`: a row that was changed by hand
        no longer agrees with it, and the mart would not mend that, since it
        rewrites the rows whose hash differs from the source's.
    -#}
    with

    tested as (
        select * from {{ model }}
    )

    select t.{{ column_name }}
    from tested as t
    where t.{{ column_name }} is distinct from {{ row_hash(columns) }}
{% endtest %}
