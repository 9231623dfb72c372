{#
    A test whose table is missing. By hand, if that is because a source was
    never loaded (not_loaded.sql), the test finds nothing: it passes, as on an
    empty table. In all other cases it fails and says what is missing.
#}


{% macro postgres__get_test_sql(
    main_sql, fail_calc, warn_if, error_if, limit
) -%}
    {%- if looks_at_nothing() -%}
        select
            0 as failures,
            false as should_warn,
            false as should_error
    {%- else -%}
        {%- set missing = unbuilt(model.depends_on.nodes).values() -%}
        {%- if missing -%}
            {%- do exceptions.raise_compiler_error(
                missing | sort | join(' and ') ~ ' is missing. Its source is'
                ~ ' loaded, so a build makes it: clear the task that does, or'
                ~ ' run `dbt build -s +' ~ model.name ~ '`.'
            ) -%}
        {%- endif -%}
        {{ default__get_test_sql(
            main_sql, fail_calc, warn_if, error_if, limit
        ) }}
    {%- endif -%}
{%- endmacro %}


{% macro should_store_failures() -%}
    {#- dbt's own, but there is no table to make of what is not there. -#}
    {{ return(dbt.should_store_failures() and not looks_at_nothing()) }}
{%- endmacro %}


{% macro looks_at_nothing() -%}
    {#-
        Whether the test that is being run looks at something that is missing,
        and all that is missing waits for a first load.
    -#}
    {%- if not is_tolerant() -%}
        {{ return(false) }}
    {%- endif -%}
    {%- set tables = raw_tables_of(model.depends_on.nodes) -%}
    {%- if tables and has_no_load() -%}
        {#- Tests ask the ledger, too, which dbt does not know. -#}
        {{ return(true) }}
    {%- endif -%}
    {%- set missing = unbuilt(model.depends_on.nodes) -%}
    {{ return(missing and waits_for_load(missing)) }}
{%- endmacro %}


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
