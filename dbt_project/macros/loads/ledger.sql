{% macro ledger() -%}
    {#- The ledger of loads, for queries that are not a model's own. -#}
    {{ return(api.Relation.create(
        database=target.dbname, schema='raw', identifier='loads'
    ).render()) }}
{%- endmacro %}
