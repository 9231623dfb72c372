{% macro plan_alter(target, shape) -%}
    {#-
        What gives the table `target` the columns and constraints of the table
        `shape`, which is dropped; for apply_alter. A column that has to go or to
        be retyped under a view of somebody else is an error.
    -#}
    {%- set changes = shape_changes(target, shape) -%}
    {%- do run_query('drop table ' ~ shape.render()) -%}
    {%- set lost = changes | map('last') | select | list -%}
    {%- if changes -%}
        {%- do require_owner(target) -%}
    {%- endif -%}
    {{ return({
        'clauses': changes | map('first') | list,
        'views': views_to_set_aside(target, lost) if lost else [],
    }) }}
{%- endmacro %}
