{% macro ancestors(ids) -%}
    {#- The nodes, and all they are made of, by id. -#}
    {%- set found = {} -%}
    {%- set open = ids | list -%}
    {%- for _ in range(graph.nodes | length + graph.sources | length) -%}
        {%- if open -%}
            {%- set id = open.pop() -%}
            {%- set node = graph.nodes.get(id) or graph.sources.get(id) -%}
            {%- if node and id not in found -%}
                {%- do found.update({id: node}) -%}
                {%- do open.extend((node.depends_on or {}).nodes or []) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}
