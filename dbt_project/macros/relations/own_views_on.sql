{% macro own_views_on(relation, columns=none) -%}
    {#-
        The views of this project that PostgreSQL would drop with `relation`, or
        with some of its columns, the last made first.
    -#}
    {%- set own = [] -%}
    {%- for node in graph.nodes.values() -%}
        {%- if node.resource_type == 'model'
            and node.config.materialized == 'view' -%}
            {%- do own.append(api.Relation.create(
                database=node.database,
                schema=node.schema,
                identifier=node.alias,
                type='view'
            )) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set views = [] -%}
    {%- do find_views_on(relation, columns, own, views) -%}
    {{ return(views) }}
{%- endmacro %}
