{% macro raw_tables_of(ids) -%}
    {#- The raw tables, less the ledger, that the nodes are made of. -#}
    {%- set tables = [] -%}
    {%- for node in ancestors(ids).values()
        if node.resource_type == 'source' and node.schema == 'raw'
        and node.identifier != 'loads' -%}
        {%- do tables.append(node.identifier) -%}
    {%- endfor -%}
    {{ return(tables | sort) }}
{%- endmacro %}
