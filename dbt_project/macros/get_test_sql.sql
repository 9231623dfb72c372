{#
    `dbt test` by hand, where a pipeline has never run: a test of what has not
    been built yet is a warning that says so, and no error. In Airflow, and in
    `dbt build`, tests come after what they look at.
#}


{% macro postgres__get_test_sql(
    main_sql, fail_calc, warn_if, error_if, limit
) -%}
    {%- set missing = unbuilt(model.depends_on.nodes) -%}
    {%- if missing -%}
        {%- do exceptions.warn(
            model.name ~ ' looks at what has not been built: '
            ~ missing | join(', ') ~ '; run its pipeline, or dbt build'
        ) -%}
        select
            1 as failures,
            true as should_warn,
            false as should_error
    {%- else -%}
        {{ default__get_test_sql(
            main_sql, fail_calc, warn_if, error_if, limit
        ) }}
    {%- endif -%}
{%- endmacro %}


{% macro unbuilt(ids) -%}
    {#- Those of the nodes whose table or view is not there. -#}
    {%- set missing = [] -%}
    {%- for id in ids -%}
        {%- set node = graph.nodes.get(id) or graph.sources.get(id) -%}
        {%- if node and node.resource_type in (
            'model', 'seed', 'snapshot', 'source'
        ) and node.config.materialized != 'ephemeral' -%}
            {%- set identifier = node.identifier or node.alias -%}
            {%- if not adapter.get_relation(
                node.database, node.schema, identifier
            ) -%}
                {%- do missing.append(node.schema ~ '.' ~ identifier) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(missing) }}
{%- endmacro %}
