{#
    All that is different on Greenplum. dbt sees the adapter, which is that of
    PostgreSQL for both, so the target's name decides: ELT_DBT_TARGET.

    Where the rows of a table go there: to the segments by a hash of the columns
    that the model's `meta` names as distributed_by, else of its unique_key,
    else at random. Never by the first column, Greenplum's own choice, which
    puts all rows on few segments if it has few values. A primary key has to
    contain these columns.
#}


{% macro is_greenplum() -%}
    {{ return(target.name == 'greenplum') }}
{%- endmacro %}


{% macro check_target() -%}
    {#- on-run-start: stop if the target is not what the server is. -#}
    {%- if execute and flags.WHICH in (
        'run', 'build', 'test', 'seed', 'snapshot'
    ) -%}
        {%- set found = run_query(
            "select 1 from pg_catalog.pg_class as c"
            ~ " inner join pg_catalog.pg_namespace as n"
            ~ " on c.relnamespace = n.oid"
            ~ " where n.nspname = 'pg_catalog'::name"
            ~ " and c.relname = 'gp_segment_configuration'::name"
        ) -%}
        {%- set is_so = found.rows | length > 0 -%}
        {%- if is_so and not is_greenplum() -%}
            {%- do exceptions.raise_compiler_error(
                'The warehouse is a Greenplum, but the target is "'
                ~ target.name ~ '": set ELT_DBT_TARGET=greenplum.'
            ) -%}
        {%- elif is_greenplum() and not is_so -%}
            {%- do exceptions.raise_compiler_error(
                'The target is "greenplum", but the warehouse is none:'
                ~ ' set ELT_DBT_TARGET=postgres, or unset it.'
            ) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}


{% macro distributed_by(columns) -%}
    {#- What "create table" ends with; nothing but on Greenplum. -#}
    {%- if is_greenplum() -%}
        {%- if columns is string -%}
            distributed by ({{ columns }})
        {%- elif columns -%}
            distributed by ({{ columns | join(', ') }})
        {%- else -%}
            distributed randomly
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}


{% macro distributed_by_config() -%}
    {#- The same for the table of the model or seed being built. -#}
    {{ distributed_by(
        (config.get('meta') or {}).get('distributed_by')
        or config.get('unique_key')
    ) }}
{%- endmacro %}


{% macro indexes_on(columns) -%}
    {#-
        The config `indexes` for an index on `columns`; none on Greenplum, where
        the statement that dbt makes of it is not understood.
    -#}
    {{ return([] if is_greenplum() else [{'columns': columns}]) }}
{%- endmacro %}


{% macro postgres__create_table_as(temporary, relation, sql) -%}
    {%- if not is_greenplum() -%}
        {{ return(dbt.postgres__create_table_as(temporary, relation, sql)) }}
    {%- endif -%}
    {%- set contract = config.get('contract') -%}
    {{ config.get('sql_header') or '' }}
    create {{ 'temporary' if temporary }} table {{ relation }}
    {%- if contract.enforced %}
    {{ get_assert_columns_equivalent(sql) }}
    {%- endif -%}
    {%- if contract.enforced and not temporary %}
    {{ get_table_columns_and_constraints() }}
    {{ distributed_by_config() }};
    insert into {{ relation }} (
        {{ adapter.dispatch('get_column_names', 'dbt')() }}
    )
    (
        {{ get_select_subquery(sql) }}
    );
    {%- else %}
    as (
        {{ sql }}
    )
    {{ distributed_by_config() }};
    {%- endif -%}
{%- endmacro %}


{% macro postgres__create_csv_table(model, agate_table) -%}
    {%- set sql = create_seed_table_sql(this, model, agate_table) -%}
    {%- call statement('_') -%}
        {{ sql }}
    {%- endcall -%}
    {{ return(sql) }}
{%- endmacro %}


{% macro create_seed_table_sql(relation, model, agate_table) -%}
    {#- An empty table of the seed's columns, distributed by its config. -#}
    {%- set types = model['config'].get('column_types', {}) -%}
    {%- set columns = [] -%}
    {%- for name in agate_table.column_names -%}
        {%- do columns.append(
            adapter.quote_seed_column(
                name, model['config'].get('quote_columns')
            ) ~ ' '
            ~ types.get(name, adapter.convert_type(agate_table, loop.index0))
        ) -%}
    {%- endfor -%}
    create table {{ relation.render() }} ({{ columns | join(', ') }})
    {{ distributed_by_config() }}
{%- endmacro %}
