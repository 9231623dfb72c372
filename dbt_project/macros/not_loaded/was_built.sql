{% macro was_built(relation) -%}
    {#- Whether a load was built into the model; here dbt gives no graph. -#}
    {%- if not adapter.get_relation(target.dbname, 'ops', 'built_loads') -%}
        {{ return(false) }}
    {%- endif -%}
    {%- set name = relation.schema ~ "." ~ relation.identifier -%}
    {%- set loads = run_query(
        "select 1 from ops.built_loads as b where b.model = '" ~ name
        ~ "'::text union all select 1 from ops.staged_loads as s where s.model = '"
        ~ name ~ "'::text limit 1"
    ) -%}
    {{ return(loads.rows | length > 0) }}
{%- endmacro %}
