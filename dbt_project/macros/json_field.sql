{#
    Fields of a JSON record as typed columns, without a cast that can fail: one
    bad record must not stop the others. Neither PostgreSQL 15 nor Greenplum has
    a safe cast, so type and pattern are tested first. A field that is missing
    or null is null. Digits are written [0-9]: \d takes those of every script.

    `fields` are tuples of column, path ("login.uuid") and type.
#}


{% macro json_path(path) -%}
    '{{ "{" ~ path | replace(".", ",") ~ "}" }}'::text[]
{%- endmacro %}


{% macro from_json(relation, record, fields, required=[]) -%}
    {#-
        load_id, record_no and `record` of `relation`, a column for each of
        `fields`, and rejection_reason: the paths of the fields at fault and
        what they are not, never a value; null if all can be typed. `required`
        are paths that must be there.

        Each field is taken out and tested once: "offset 0" keeps the planner
        from writing the expressions out wherever their results are used, and
        being lateral lets conditions on load_id through to the index.
    -#}
    {%- set texts = fields | selectattr(2, 'equalto', 'text') | list -%}
    {%- set others = fields | rejectattr(2, 'equalto', 'text') | list -%}
    {%- set said = {
        'uuid': 'not a uuid',
        'integer': 'not an integer',
        'numeric': 'not a number',
        'timestamptz': 'not a timestamp with time zone',
    } -%}
    select
        r.load_id,
        r.record_no,
        r.{{ record }},
        {%- for column, path, type in texts %}
        g.{{ column }},
        {%- endfor %}
        {%- for column, path, type in others %}
        t.{{ column }},
        {%- endfor %}
        case
            when jsonb_typeof(r.{{ record }}) <> 'object'::text
                then 'record: not an object'::text
            else nullif(concat_ws(
                '; '::text
                {%- for parent in json_parents(fields) %},
                case
                    when
                        jsonb_typeof(r.{{ record }} #> {{ json_path(parent) }})
                        not in ('object'::text, 'null'::text)
                        then '{{ parent }}: not an object'::text
                end
                {%- endfor %}
                {%- for column, path, type in texts %},
                case
                    when
                        left(g.{{ column }}, 1) in ('{'::text, '['::text)
                        and jsonb_typeof(r.{{ record }} #> {{ json_path(path) }})
                        in ('object'::text, 'array'::text)
                        then '{{ path }}: not text'::text
                end
                {%- endfor %}
                {%- for column, path, type in others %},
                case
                    when t.{{ column }} is null and g.{{ column }} is not null
                        then '{{ path }}: {{ said[type] }}'::text
                end
                {%- endfor %}
                {%- for column, path, type in fields if path in required %},
                case
                    when g.{{ column }} is null
                        then '{{ path }}: missing'::text
                end
                {%- endfor %}
            ), ''::text)
        end as rejection_reason
    from {{ relation }} as r
    cross join lateral (
        select
            {%- for column, path, type in fields %}
            r.{{ record }} #>> {{ json_path(path) }}
                as {{ column }}{{ ',' if not loop.last }}
            {%- endfor %}
        from (select 1) as once
        offset 0
    ) as g
    cross join lateral (
        select
            {%- for column, path, type in others %}
            case
                when {{ is_castable('g.' ~ column, type) }}
                    then g.{{ column }}::
                    {%- if type == 'integer' %}numeric::{% endif -%}
                    {{ type }}
            end as {{ column }}{{ ',' if not loop.last }}
            {%- endfor %}
        from (select 1) as once
        offset 0
    ) as t
{%- endmacro %}


{% macro json_parents(fields) -%}
    {#- The paths of the objects that `fields` lie in. -#}
    {%- set parents = [] -%}
    {%- for column, path, type in fields -%}
        {%- set parts = path.split('.') -%}
        {%- for depth in range(1, parts | length) -%}
            {%- set parent = parts[:depth] | join('.') -%}
            {%- if parent not in parents -%}
                {%- do parents.append(parent) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(parents) }}
{%- endmacro %}


{% macro is_castable(text, type) -%}
    {#-
        Whether the cast of `text` succeeds. PostgreSQL's regular expressions
        are slow at counted repetition, hence "like" and length beside them.
    -#}
    {%- if type == 'uuid' -%}
        {{ text }} like '________-____-____-____-____________'::text
                    and {{ text }} not like '%-%-%-%-%-%'::text
                    and {{ text }} !~ '[^0-9a-fA-F-]'::text
    {%- elif type == 'integer' -%}
        {#- Compared as numeric, after the pattern: "and" promises no order. -#}
        case
                    when
                        {{ text }} ~ '^[-+]?[0-9]+([.]0+)?$'::text
                        and length({{ text }}) <= 40
                        then
                            {{ text }}::numeric
                            between -2147483648 and 2147483647
                    else false
                end
    {%- elif type == 'numeric' -%}
        {{ text }} ~ '^[-+]?[0-9]+([.][0-9]+)?([eE][-+]?[0-9][0-9]?)?$'::text
                    and length({{ text }}) <= 1000
    {%- elif type == 'timestamptz' -%}
        {#- ISO 8601 with a time zone, on days that the calendar has. -#}
        {{ text }} ~ (
                        '^((000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})'
                        || '-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|'
                        || '(0[469]|11)-(0[1-9]|[12][0-9]|30)|'
                        || '02-(0[1-9]|1[0-9]|2[0-8]))|'
                        || '([0-9]{2}(0[48]|[2468][048]|[13579][26])|'
                        || '(0[48]|[2468][048]|[13579][26])00)-02-29)'
                        || 'T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]'
                        || '([.][0-9]+)?(Z|[+-](0[0-9]|1[0-4]):?[0-5][0-9])$'
                    )::text
                    and length({{ text }}) <= 60
    {%- else -%}
        {%- do exceptions.raise_compiler_error(
            'is_castable: no test for the type ' ~ type
        ) -%}
    {%- endif -%}
{%- endmacro %}
