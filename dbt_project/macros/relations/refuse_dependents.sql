{% macro refuse_dependents(relation, columns=none) -%}
    {#- Stop before a change that would drop what others have made of it. -#}
    {%- set found = dependents(relation, columns) -%}
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
