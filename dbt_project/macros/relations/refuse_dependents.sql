{% macro refuse_dependents(relation, columns=none, but=[]) -%}
    {#-
        Stop before a change that would drop what others have made of `relation`,
        or of some of its columns. The views `but` do not count.
    -#}
    {%- set found = [] -%}
    {%- for words, view_schema, view_name in dependents(relation, columns) -%}
        {%- if not is_view_among(but, view_schema, view_name) -%}
            {%- do found.append(words) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if found -%}
        {%- set name = relation.schema ~ '.' ~ relation.identifier -%}
        {%- set change = 'has to be made anew' if columns is none
            else 'has to lose or retype ' ~ columns | join(', ') -%}
        {%- do exceptions.raise_compiler_error(
            name ~ ' ' ~ change ~ ', but ' ~ found | join(' and ')
            ~ (' depends' if found | length == 1 else ' depend')
            ~ ' on it. Nothing was changed, and dbt drops nothing that others'
            ~ ' have made. Ask the owner to drop it, run this again, and let'
            ~ ' the owner create it again; or leave the model as it was.'
        ) -%}
    {%- endif -%}
{%- endmacro %}
