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
