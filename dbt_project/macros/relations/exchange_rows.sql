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


{% macro has_rows(target, rows, columns) -%}
    {#- Whether the table `target` has exactly the rows of `rows`. -#}
    {%- set query %}
        select not exists (
            (
                select row({{ columns }})::text from {{ target }}
                except all
                select row({{ columns }})::text from {{ rows }}
            )
            union all
            (
                select row({{ columns }})::text from {{ rows }}
                except all
                select row({{ columns }})::text from {{ target }}
            )
        ) as is_same
    {%- endset -%}
    {{ return(run_query(query).rows[0][0]) }}
{%- endmacro %}
