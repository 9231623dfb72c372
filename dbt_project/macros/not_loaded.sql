{#
    What no run has loaded yet, as dbt by hand sees it: empty.

    On a warehouse where a source has never been loaded, `dbt build` makes the
    models of that source without rows, tests find nothing to complain about,
    and one line a source says so. Two things keep this from hiding a fault:
    it holds only while the ledger has no load of the source, so a table that is
    lost is an error; and the tasks of Airflow set ELT_PIPELINE_TASK and see no
    such thing at all.
#}


{% macro without_limit(relation) -%}
    {#-
        `--empty` is for tables. A view holds no rows, and one that is made of
        a limited relation would stay empty after the run, for all who read it.
    -#}
    {%- if relation.limit is not none
        and config.get('materialized') == 'view' -%}
        {{ return(api.Relation.create(
            database=relation.database,
            schema=relation.schema,
            identifier=relation.identifier,
        )) }}
    {%- endif -%}
    {{ return(relation) }}
{%- endmacro %}


{% macro without_rows(table) -%}
    {#- A subquery with the columns of a raw table, or of the ledger. -#}
    (
        select
        {%- if table == 'loads' %}
            null::bigint as load_id,
            null::text as source,
            null::text as dag_id,
            null::text as run_id,
            null::text as request,
            null::text as checksum,
            null::integer as pages,
            null::bigint as records,
            null::bigint as bytes,
            null::timestamptz as period,
            null::timestamptz as started_at,
            null::timestamptz as fetched_at,
            null::timestamptz as landed_at,
            null::text as cursor,
            null::text as account
        {%- else %}
            null::bigint as load_id,
            null::integer as record_no,
            null::jsonb as record,
            null::text as account
        {%- endif %}
        where 'raw.{{ table }} is not there yet'::text is null
    ) as {{ table }}
{%- endmacro %}


{% macro is_tolerant() -%}
    {{ return(env_var('ELT_PIPELINE_TASK', '') == '') }}
{%- endmacro %}


{% macro has_no_load() -%}
    {#-
        Whether no source at all was ever loaded: there is no ledger, nor was a
        load of one ever staged. False in Airflow's tasks.
    -#}
    {%- if not is_tolerant()
        or adapter.get_relation(target.dbname, 'raw', 'loads') -%}
        {{ return(false) }}
    {%- endif -%}
    {%- if not adapter.get_relation(target.dbname, 'ops', 'staged_loads') -%}
        {{ return(true) }}
    {%- endif -%}
    {%- set staged = run_query('select 1 from ops.staged_loads limit 1') -%}
    {{ return(staged.rows | length == 0) }}
{%- endmacro %}


{% macro never_loaded(tables) -%}
    {#- Those of the raw tables, or the ledger, that have no load. -#}
    {%- if not tables or not is_tolerant() -%}
        {{ return([]) }}
    {%- elif has_no_load() -%}
        {{ return(tables) }}
    {%- elif not adapter.get_relation(target.dbname, 'raw', 'loads') -%}
        {{ return([]) }}
    {%- endif -%}
    {%- set found = run_query(
        'select l.source from raw.loads as l group by l.source'
    ) -%}
    {%- set loaded = found.columns[0].values() | list -%}
    {%- if loaded -%}
        {#- The ledger's own name, once there is a load. -#}
        {%- do loaded.append('loads') -%}
    {%- endif -%}
    {{ return(tables | reject('in', loaded) | list) }}
{%- endmacro %}


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
