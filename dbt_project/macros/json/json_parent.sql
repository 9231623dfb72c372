{% macro json_parent(path, parents) -%}
    {#- What the last step of `path` is taken from: the record, or one of them. -#}
    {%- set names = json_names(path) -%}
    {%- set around = (names[:-1], json_kind(path, names | length - 1)) -%}
    {%- for parent in parents
        if (parent.path, parent.kind) == around -%}
        {{ return('parents_' ~ parent.depth ~ '.' ~ parent.alias) }}
    {%- endfor -%}
    {{ return('whole._record') }}
{%- endmacro %}
