{% macro has_column(relation, column) -%}
    {#- Whether a table, which is there, has the column. -#}
    {%- set found = run_query(
        "select 1 from pg_catalog.pg_attribute as attribute"
        ~ " where attribute.attrelid = '" ~ relation ~ "'::regclass"
        ~ " and attribute.attname = '" ~ column ~ "'::name"
        ~ " and not attribute.attisdropped"
    ) -%}
    {{ return(found.rows | length > 0) }}
{%- endmacro %}
