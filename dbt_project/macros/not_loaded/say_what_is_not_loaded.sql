{% macro say_what_is_not_loaded() -%}
    {#-
        on-run-start, and before dbt's catalog: one line a source that what was
        selected is made of and that has no load; one for seeds that a test
        looks at.
    -#}
    {%- if execute and is_tolerant() -%}
        {%- set nodes = ancestors(selected_resources or graph.nodes.keys()) -%}
        {%- set tables = {} -%}
        {%- set seeds = [] -%}
        {%- for id, node in nodes.items() -%}
            {%- if node.resource_type == 'source' and node.schema == 'raw'
                and node.identifier != 'loads' -%}
                {%- do tables.update({node.identifier: node.source_name}) -%}
            {%- elif node.resource_type == 'seed' and unbuilt([id]) -%}
                {%- do seeds.append(node.name) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- set missing = never_loaded(tables.keys() | list) -%}
        {%- for group in tables.values() | unique | sort -%}
            {%- set named = [] -%}
            {%- for table in missing if tables[table] == group -%}
                {%- do named.append('raw.' ~ table) -%}
            {%- endfor -%}
            {%- if named -%}
                {%- do log(
                    group ~ ': nothing is loaded yet in '
                    ~ named | sort | join(', ') ~ '; until its pipeline has'
                    ~ ' run, its models have no rows and its tests pass on'
                    ~ ' nothing', info=true
                ) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- if seeds and flags.WHICH == 'test' -%}
            {%- do log(
                'seeds: not there yet: ' ~ seeds | sort | join(', ')
                ~ '; until `dbt seed` has run, their tests pass on nothing',
                info=true
            ) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
