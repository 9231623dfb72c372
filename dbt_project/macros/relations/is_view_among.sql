{% macro is_view_among(relations, schema, name) -%}
    {%- for relation in relations -%}
        {%- if [relation.schema, relation.identifier] == [schema, name] -%}
            {{ return(true) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return(false) }}
{%- endmacro %}
