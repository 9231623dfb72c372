{% macro model_name(relation=none) -%}
    {#- What the logs of loads call the model, or another one: schema.name. -#}
    {%- set named = relation or this -%}
    {{ return(named.schema ~ '.' ~ named.identifier) }}
{%- endmacro %}
