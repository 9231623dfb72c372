{#
    A test whose table is missing. By hand, if that is because a source was
    never loaded (macros/not_loaded/), the test finds nothing: it passes, as on an
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
