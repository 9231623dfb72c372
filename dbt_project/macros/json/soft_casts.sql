{% macro soft_casts() -%}
    {#-
        How a cast is kept from failing: 'native', by pg_input_is_valid, or
        'patterns', where the server has none: PostgreSQL 15 and Greenplum.
        The var `soft_casts` decides instead of the server, for tests that
        compare the two.
    -#}
    {%- set wanted = var('soft_casts', '') -%}
    {%- if wanted -%}
        {{ return(wanted) }}
    {%- elif not execute or is_greenplum() -%}
        {{ return('patterns') }}
    {%- endif -%}
    {%- set found = run_query('show server_version_num') -%}
    {{ return(
        'native' if found.rows[0][0] | int >= 160000 else 'patterns'
    ) }}
{%- endmacro %}
