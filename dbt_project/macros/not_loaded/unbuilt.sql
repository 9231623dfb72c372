{% macro unbuilt(ids) -%}
    {#-
        Those of the nodes whose table or view is not there: its name by id. For
        an ephemeral model, what it is made of.
    -#}
    {%- set missing = {} -%}
    {%- for id in ids -%}
        {%- set node = graph.nodes.get(id) or graph.sources.get(id) -%}
        {%- if node and node.config.materialized == 'ephemeral' -%}
            {%- do missing.update(unbuilt(node.depends_on.nodes)) -%}
        {%- elif node and node.resource_type in (
            'model', 'seed', 'snapshot', 'source'
        ) -%}
            {%- set identifier = node.identifier or node.alias -%}
            {%- if not adapter.get_relation(
                node.database, node.schema, identifier
            ) -%}
                {%- do missing.update({id: node.schema ~ '.' ~ identifier}) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(missing) }}
{%- endmacro %}
