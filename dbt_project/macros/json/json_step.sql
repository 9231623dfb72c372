{% macro json_step(name) -%}
    {#-
        A name or an index as -> and ->> take it. They take a name of nothing but
        an object, where #>> takes "0" for the first item of a list, too.
    -#}
    {{ name if name is integer else sql_text(name) }}
{%- endmacro %}
