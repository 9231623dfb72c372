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
