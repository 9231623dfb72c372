{% macro refresh_seed_table(model, old_relation, agate_table) -%}
    {#-
        `dbt seed --full-refresh`: give the seed's table the columns of the file
        and leave the table itself, as exchange_rows does for models. The rows
        are compared when they are loaded.
    -#}
    {%- set shape = make_intermediate_relation(old_relation) -%}
    {%- do drop_relation_if_exists(load_cached_relation(shape)) -%}
    {%- do run_query(create_seed_table_sql(shape, model, agate_table)) -%}
    {%- set plan = plan_alter(old_relation, shape) -%}
    {%- if plan.clauses -%}
        {%- do apply_alter(old_relation, plan) -%}
    {%- endif -%}
{%- endmacro %}
