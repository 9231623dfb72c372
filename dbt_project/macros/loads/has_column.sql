{% macro has_column(relation, column) -%}
    {#- Whether a table has the column; false if there is no table. -#}
    {%- if not relation -%}
        {{ return(false) }}
    {%- endif -%}
    {%- set found = run_query(
        "select 1 from pg_catalog.pg_attribute as attribute"
        ~ " where attribute.attrelid = '" ~ relation.render() ~ "'::regclass"
        ~ " and attribute.attname = '" ~ column ~ "'::name"
        ~ " and not attribute.attisdropped"
    ) -%}
    {{ return(found.rows | length > 0) }}
{%- endmacro %}
