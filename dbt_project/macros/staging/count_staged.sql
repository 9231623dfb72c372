{% macro count_staged(definition) -%}
    {#- How many loads the model has, and how many by another definition. -#}
    {%- set found = run_query(
        "select count(*) as loads,"
        ~ " count(*) filter (where staged.definition <> '" ~ definition
        ~ "'::text) as otherwise"
        ~ " from ops.current_staged_loads as staged"
        ~ " where staged.model = '" ~ model_name() ~ "'::text"
    ).rows[0] -%}
    {{ return({'loads': found[0], 'otherwise': found[1]}) }}
{%- endmacro %}
