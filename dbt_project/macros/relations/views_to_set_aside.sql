{% macro views_to_set_aside(relation, columns=none) -%}
    {#-
        The views of this project that PostgreSQL would drop with `relation`, or
        with some of its columns, the last made first. Whatever else depends on
        it, or on them, is an error.
    -#}
    {%- set views = own_views_on(relation, columns) -%}
    {%- do refuse_dependents(relation, columns, but=views) -%}
    {%- for view in views -%}
        {%- do refuse_dependents(view, but=views) -%}
    {%- endfor -%}
    {{ return(views) }}
{%- endmacro %}
