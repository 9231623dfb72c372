{% macro is_built_otherwise(definition) -%}
    {#- Whether the mart was last built by another definition of its model. -#}
    {%- set found = run_query(
        "select built.definition from ops.current_built_loads as built"
        ~ " where built.model = '" ~ model_name() ~ "'::text"
        ~ " order by built.built_at desc, built.staged_no desc limit 1"
    ).rows -%}
    {{ return(found | length > 0 and found[0][0] != definition) }}
{%- endmacro %}
