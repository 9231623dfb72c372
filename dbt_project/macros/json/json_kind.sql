{% macro json_kind(path, depth=0) -%}
    {#- What `path` leads through after `depth` steps: object or array. -#}
    {{ return('array' if json_names(path)[depth] is integer else 'object') }}
{%- endmacro %}
