{% macro postgres__drop_relation(relation) -%}
    {#-
        Without dbt's `cascade`, which also drops what others have made of the
        relation. Called through the adapter, so without a model's context.
    -#}
    {%- set still_there = run_query(
        "select to_regclass('" ~ relation.render() ~ "') is not null"
    ) -%}
    {%- if still_there.rows[0][0] -%}
        {%- do require_owner(relation) -%}
        {%- do refuse_dependents(relation) -%}
        {%- do run_exclusively(relation, get_drop_sql(relation)) -%}
    {%- endif -%}
{%- endmacro %}
