{% macro soft_casts() -%}
    {#-
        How a cast is kept from failing: 'native', by pg_input_is_valid, or
        'patterns', where the server has none: PostgreSQL 15 and Greenplum.
        The var `soft_casts` decides instead of the server, for tests that
        compare the two.
    -#}
    {%- set decided = namespace(way='patterns') -%}
    {%- if execute -%}
        {%- set decided.way = var('soft_casts', '') -%}
        {%- if not decided.way -%}
            {%- set version = 0 if is_greenplum()
                else run_query('show server_version_num').rows[0][0] | int -%}
            {%- if version >= 160000 -%}
                {%- set decided.way = 'native' -%}
            {%- else -%}
                {%- set decided.way = 'patterns' -%}
            {%- endif -%}
        {%- endif -%}
    {%- endif -%}
    {{ return(decided.way) }}
{%- endmacro %}
