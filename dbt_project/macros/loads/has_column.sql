{% macro has_column(relation, column) -%}
    {#- Whether a table has the column; false if there is no table. -#}
    {%- if not relation -%}
        {{ return(false) }}
    {%- endif -%}
    {%- set found = run_query(
        "select 1 from pg_catalog.pg_attribute as a"
        ~ " where a.attrelid = '" ~ relation.render() ~ "'::regclass"
        ~ " and a.attname = '" ~ column ~ "'::name and not a.attisdropped"
    ) -%}
    {{ return(found.rows | length > 0) }}
{%- endmacro %}
