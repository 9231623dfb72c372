{% macro json_faults(fields, types, parents, required, checks, reject) -%}
    {#-
        What can be wrong with a record, as conditions and reasons: `rejecting`
        for faults of the whole record, `harmless` for those of a field.
    -#}
    {%- set needed = [] -%}
    {%- for path in required -%}
        {%- do needed.append(json_names(path)) -%}
    {%- endfor -%}
    {%- set strict = [] -%}
    {%- if reject is string and reject != 'all' -%}
        {%- do exceptions.raise_compiler_error(
            "from_json: `reject` is a list of paths, or 'all'; found '"
            ~ reject ~ "'"
        ) -%}
    {%- endif -%}
    {%- for path in (reject if reject is not string else []) -%}
        {%- do strict.append(json_names(path)) -%}
    {%- endfor -%}
    {%- set paths = [] -%}
    {%- for column, path, type in fields -%}
        {%- if type not in types -%}
            {%- do exceptions.raise_compiler_error(
                'from_json: there is no type ' ~ type ~ '; the types are '
                ~ types | join(', ')
            ) -%}
        {%- endif -%}
        {%- do paths.append(json_names(path)) -%}
    {%- endfor -%}
    {%- for path in needed + strict
        if path not in paths
        and path not in parents | map(attribute='path') | list -%}
        {%- do exceptions.raise_compiler_error(
            'from_json: `required` or `reject` names ' ~ path | join('.')
            ~ ', which is the path of none of the fields'
        ) -%}
    {%- endfor -%}
    {%- set rejecting = [] -%}
    {%- set harmless = [] -%}
    {%- for parent in parents -%}
        {#- What is in it, or in what is in it, decides. -#}
        {%- set depth = parent.depth -%}
        {%- set inside = [] -%}
        {%- for path in needed + strict if path[:depth] == parent.path -%}
            {%- do inside.append(path) -%}
        {%- endfor -%}
        {%- do (
            rejecting if inside or reject == 'all' else harmless
        ).append({
            'condition': json_child(parent, parents, fields)
                ~ ' is null and jsonb_typeof(' ~ parent.source
                ~ ") not in ('" ~ parent.kind ~ "'::text, 'null'::text)",
            'reason': json_reason(parent.path, json_kind_words(parent.kind)),
        }) -%}
    {%- endfor -%}
    {#- The numbers of from_json's `sent`, those of texts before the others. -#}
    {%- set numbered = [] -%}
    {%- for column, path, type in fields -%}
        {%- do numbered.append({
            'column': column,
            'names': json_names(path),
            'type': type,
            'sent': 'sent._sent_' ~ loop.index,
        }) -%}
    {%- endfor -%}
    {%- set texts = numbered | selectattr('type', 'equalto', 'text') -%}
    {%- set others =
        numbered | rejectattr('type', 'in', ['text', 'jsonb']) -%}
    {%- for field in texts | list + others | list -%}
        {%- set names = field.names -%}
        {%- do (
            rejecting if names in needed + strict or reject == 'all'
            else harmless
        ).append({
            'condition': 'typed.' ~ field.column ~ ' is null and ' ~ field.sent
                ~ (
                    ' is not null' if types[field.type].is_text
                    else " <> ''::text"
                ),
            'reason': json_reason(names, types[field.type].words),
        }) -%}
    {%- endfor -%}
    {%- for field in numbered if field.names in needed -%}
        {%- do rejecting.append({
            'condition': field.sent ~ ' is null'
                if types[field.type].is_text
                else 'typed.' ~ field.column ~ ' is null and coalesce('
                    ~ field.sent ~ ", ''::text) = ''::text",
            'reason': json_reason(field.names, 'missing'),
        }) -%}
    {%- endfor -%}
    {%- for path, condition, words in checks -%}
        {%- do rejecting.append({
            'condition': condition,
            'reason': json_reason(path, words),
        }) -%}
    {%- endfor -%}
    {{ return({'rejecting': rejecting, 'harmless': harmless}) }}
{%- endmacro %}
