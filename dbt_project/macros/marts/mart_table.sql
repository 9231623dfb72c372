{% macro mart_table(name) -%}
    {#- A temporary table of the build of a mart. -#}
    {{ this.identifier }}__{{ name }}
{%- endmacro %}
