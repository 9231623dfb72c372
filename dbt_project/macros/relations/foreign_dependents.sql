{% macro foreign_dependents(relation) -%}
    {#-
        What others have made of `relation`, or of views of this project on it, in
        words with the owner.
    -#}
    {%- set views = own_views_on(relation) -%}
    {%- set found = [] -%}
    {%- for one in [relation] + views -%}
        {%- for words, view_schema, view_name in dependents(one) -%}
            {%- if not is_view_among(views, view_schema, view_name) -%}
                {%- do found.append(words) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}
