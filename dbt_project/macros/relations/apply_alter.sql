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
