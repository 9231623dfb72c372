{% macro ref() -%}
    {#-
        dbt's own, see without_limit. With --empty, a seed that is not there is
        a subquery without rows, too, so that `dbt run --empty` needs no seed.
    -#}
    {%- set relation = builtins.ref(*varargs, **kwargs) -%}
    {%- if execute and relation.limit is not none and not adapter.get_relation(
        relation.database, relation.schema, relation.identifier
    ) -%}
        {%- for node in graph.nodes.values()
            if node.resource_type == 'seed' and node.schema == relation.schema
            and node.alias == relation.identifier
            and node.config.column_types -%}
            {{ return(seed_without_rows(node)) }}
        {%- endfor -%}
    {%- endif -%}
    {{ return(without_limit(relation)) }}
{%- endmacro %}
