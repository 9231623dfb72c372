{% macro exchange_rows(target, sql, name='main') -%}
    {#-
        Replace all rows of the table `target`, and its columns where they are
        others now, and leave the table itself: so what others have made of it
        and their rights on it stay. `name` is that of dbt's statement.

        The new rows are there before anything is locked. Then they are written
        by delete and insert, which let readers go on with the former ones;
        `truncate` and a renamed table want a lock that waits for each of them.
    -#}
    {%- set shape = make_intermediate_relation(target) -%}
    {%- do drop_relation_if_exists(load_cached_relation(shape)) -%}
    {%- call statement('shape') -%}
        {{ get_create_table_as_sql(False, shape, get_empty_subquery_sql(sql)) }}
    {%- endcall -%}
    {%- set columns = get_quoted_csv(
        adapter.get_columns_in_relation(shape) | map(attribute='name')
    ) -%}
    {%- set plan = plan_alter(target, shape) -%}
    {%- set rows = make_temp_relation(target) -%}
    {%- do run_query(get_create_table_as_sql(True, rows, sql)) -%}
    {%- if plan.clauses -%}
        {%- do apply_alter(target, plan) -%}
    {%- endif -%}
    {%- if not plan.clauses and has_rows(target, rows, columns) -%}
        {%- call noop_statement(name, 'UNCHANGED', 'UNCHANGED', 0) -%}
            {{ sql }}
        {%- endcall -%}
    {%- else -%}
        {%- do lock_for_writing(target) -%}
        {%- call statement(name) -%}
            delete from {{ target }};
            insert into {{ target }} ({{ columns }})
            select {{ columns }} from {{ rows }}
        {%- endcall -%}
    {%- endif -%}
    {%- do run_query('drop table ' ~ rows.render()) -%}
{%- endmacro %}
