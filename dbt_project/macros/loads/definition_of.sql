{% macro definition_of(compiled) -%}
    {#-
        A hash of a model's compiled SQL, white space and comments aside: a model
        that has another one treats its loads in another way.
    -#}
    {%- set without_comments = modules.re.sub('(?m)--.*$', '', compiled) -%}
    {{ return(local_md5(without_comments.split() | join(' '))) }}
{%- endmacro %}
