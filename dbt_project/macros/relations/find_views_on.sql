{% macro find_views_on(relation, columns, own, views) -%}
    {#- Append to `views` those of `own` on `relation`, the last made first. -#}
    {%- for words, view_schema, view_name in dependents(relation, columns) -%}
        {%- if not is_view_among(views, view_schema, view_name) -%}
            {%- for view in own -%}
                {%- if [view.schema, view.identifier] == [
                    view_schema, view_name
                ] -%}
                    {%- do find_views_on(view, none, own, views) -%}
                    {%- do views.append(view) -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}
