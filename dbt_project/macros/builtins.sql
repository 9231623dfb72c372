{#
    dbt's own `source` and `ref`, in a file of their own: sqlfluff has stand-ins
    for them and must not read these (.sqlfluff).
#}


{% macro source(source_name, table_name) -%}
    {#-
        dbt's own, but of a source that is never loaded and has no table: a
        subquery without rows. Give it no alias, as dbt's --empty demands too.
    -#}
    {%- set relation = builtins.source(source_name, table_name) -%}
    {%- if not execute or relation.is_cte or relation.schema != 'raw' -%}
        {{ return(relation) }}
    {%- endif -%}
    {%- if is_tolerant() and not adapter.get_relation(
        relation.database, relation.schema, relation.identifier
    ) and never_loaded([relation.identifier]) -%}
        {{ return(without_rows(relation.identifier)) }}
    {%- endif -%}
    {{ return(without_limit(relation)) }}
{%- endmacro %}


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


{% macro seed_without_rows(node) -%}
    (
        select
        {%- for name, type in node.config.column_types.items() %}
            null::{{ type }} as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
        where false
    ) as {{ node.alias }}
{%- endmacro %}
