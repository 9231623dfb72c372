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


{% macro apply_alter(target, plan, keep_rows=false) -%}
    {#-
        Empty the table `target`, unless its rows are to be kept, and alter it as
        plan_alter has found. Views, rights, indexes and comments of others stay.
    -#}
    {%- do log(
        'altering ' ~ target.schema ~ '.' ~ target.identifier ~ ': '
        ~ plan.clauses | join(', '), info=true
    ) -%}
    {%- do run_exclusively(
        target, 'lock table ' ~ target.render() ~ ' in access exclusive mode'
    ) -%}
    {%- set aside = set_aside_views(plan.views) -%}
    {%- if not keep_rows -%}
        {%- do run_query('delete from ' ~ target.render()) -%}
    {%- endif -%}
    {%- do run_query(
        'alter table ' ~ target.render() ~ ' ' ~ plan.clauses | join(', ')
    ) -%}
    {%- do restore_views(aside) -%}
{%- endmacro %}
