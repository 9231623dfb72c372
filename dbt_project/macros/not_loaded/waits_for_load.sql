{% macro waits_for_load(ids) -%}
    {#-
        Whether each of the nodes is made of a source that was never loaded, or
        is a seed that is not there, or is made of one.
    -#}
    {%- if has_no_load() -%}
        {{ return(true) }}
    {%- endif -%}
    {%- for id in ids -%}
        {%- set seeds = [] -%}
        {%- for ancestor, node in ancestors([id]).items()
            if node.resource_type == 'seed' -%}
            {%- do seeds.append(ancestor) -%}
        {%- endfor -%}
        {%- if not never_loaded(raw_tables_of([id])) and not unbuilt(seeds) -%}
            {{ return(false) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return(true) }}
{%- endmacro %}
