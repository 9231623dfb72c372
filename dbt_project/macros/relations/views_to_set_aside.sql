{% macro views_to_set_aside(relation, columns=none) -%}
    {#-
        The views of this project that PostgreSQL would drop with `relation`, or
        with some of its columns, the last made first. Whatever else depends on
        it, or on them, is an error.
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
    {%- do refuse_dependents(relation, columns, but=views) -%}
    {%- for view in views -%}
        {%- do refuse_dependents(view, but=views) -%}
    {%- endfor -%}
    {{ return(views) }}
{%- endmacro %}
