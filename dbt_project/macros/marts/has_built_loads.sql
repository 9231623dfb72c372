{% macro has_built_loads() -%}
    {#- Whether the log has the mart as it is now. -#}
    {%- set found = run_query(
        "select 1 from ops.built_loads as built where built.model = '"
        ~ model_name() ~ "'::text limit 1"
    ) -%}
    {{ return(found.rows | length > 0) }}
{%- endmacro %}
