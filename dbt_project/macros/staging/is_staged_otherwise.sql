{% macro is_staged_otherwise(definition) -%}
    {#-
        Whether the model has a load that another definition has typed, or has no
        load at all.
    -#}
    {%- set found = run_query(
        "select count(*) filter (where staged.definition = '" ~ definition
        ~ "'::text) as same, count(*) as loads"
        ~ " from ops.current_staged_loads as staged"
        ~ " where staged.model = '" ~ model_name() ~ "'::text"
    ).rows[0] -%}
    {{ return(found[0] < found[1] or found[1] == 0) }}
{%- endmacro %}
