{% macro alter_to_shape(target, shape) -%}
    {#-
        Give the table `target` the columns and constraints of the table `shape`
        and drop that. Where something has to be altered `target` is emptied for
        it; whether it was is returned. Views, rights, indexes and comments of
        others stay; a view of a column that has to go is an error.
    -#}
    {%- set changes = shape_changes(target, shape) -%}
    {%- do run_query('drop table ' ~ shape.render()) -%}
    {%- if changes -%}
        {%- set clauses = changes | map('first') | list -%}
        {%- set lost = changes | map('last') | select | list -%}
        {%- do require_owner(target) -%}
        {%- if lost -%}
            {%- do refuse_dependents(target, lost) -%}
        {%- endif -%}
        {%- do log(
            'altering ' ~ target.schema ~ '.' ~ target.identifier ~ ': '
            ~ clauses | join(', '), info=true
        ) -%}
        {%- do run_exclusively(
            target,
            'lock table ' ~ target.render() ~ ' in access exclusive mode'
        ) -%}
        {%- do run_query('delete from ' ~ target.render()) -%}
        {%- do run_query(
            'alter table ' ~ target.render() ~ ' ' ~ clauses | join(', ')
        ) -%}
    {%- endif -%}
    {{ return(changes | length > 0) }}
{%- endmacro %}
