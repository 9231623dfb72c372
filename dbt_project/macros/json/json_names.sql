{% macro json_names(path) -%}
    {#- The names and indices that `path` consists of. -#}
    {{ return(path.split('.') if path is string else path | list) }}
{%- endmacro %}
