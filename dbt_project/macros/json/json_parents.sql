{% macro json_parents(fields) -%}
    {#-
        The objects and lists that `fields` lie in: the `path` to each as names,
        its `depth` and `kind`, the `source` it is taken from and the `alias`
        under which from_json hands it on.
    -#}
    {%- set parents = [] -%}
    {%- for column, path, type in fields -%}
        {%- set names = json_names(path) -%}
        {%- for depth in range(1, names | length) -%}
            {%- set kind = json_kind(path, depth) -%}
            {%- if parents | selectattr('path', 'equalto', names[:depth])
                | selectattr('kind', 'equalto', kind) | list == [] -%}
                {%- do parents.append({
                    'path': names[:depth],
                    'depth': depth,
                    'kind': kind,
                    'source': json_parent(names[:depth], parents) ~ ' -> '
                        ~ json_step(names[depth - 1]),
                    'alias': '_parent_' ~ (parents | length + 1),
                }) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(parents) }}
{%- endmacro %}
