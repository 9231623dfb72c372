{% macro json_child(parent, parents, fields) -%}
    {#-
        Something that from_json takes out of `parent` and hands on: where it is
        not null, `parent` is the object or list that it should be.
    -#}
    {%- for column, path, type in fields -%}
        {%- set names = json_names(path) -%}
        {%- if names[:-1] == parent.path
            and json_kind(path, parent.depth) == parent.kind -%}
            {{ return('sent._sent_' ~ loop.index) }}
        {%- endif -%}
    {%- endfor -%}
    {%- for inner in parents
        if inner.path[:-1] == parent.path
        and json_kind(inner.path, parent.depth) == parent.kind -%}
        {{ return('parents_' ~ inner.depth ~ '.' ~ inner.alias) }}
    {%- endfor -%}
{%- endmacro %}
