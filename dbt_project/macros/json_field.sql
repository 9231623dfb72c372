{#
    Fields of a JSON record as typed columns, without a cast that can fail: one
    bad record must not stop the others. Neither PostgreSQL 15 nor Greenplum has
    a safe cast, so type and pattern are tested first. A field that is missing
    or null is null. Digits are written [0-9]: \d takes those of every script.

    `fields` are tuples of column, path and type. A path is names joined by dots
    ("login.uuid"), or a list of names where one has a dot itself; a name may
    hold any character. A number in the list is the index of an item, from 0 on,
    or from -1 back: [0] of records that are lists. The types:

    text            any scalar
    uuid            6bc7d1a9-fcd3-46c4-a2c0-8c074216a4aa
    boolean         true, false; also as text
    integer bigint  12, "12", 12.0
    numeric         12.5, "1.25e1"
    numeric_comma   "12,5": numeric
    date            2020-04-25
    date_dmy        25.04.2020, 25/04/2020: date
    timestamp       2020-04-25T12:30:00.5, a blank for the T: without time zone
    timestamptz     2020-04-25T12:30:00.5Z, +03:00, +0300; a blank for the T
    jsonb           anything, kept as it is
#}


{% macro sql_text(text) -%}
    {#- `text`, whatever it holds, as a literal. -#}
    {%- set quoted = "'" ~ (text | replace("'", "''")) ~ "'::text" -%}
    {%- if '\\' in text -%}
        {#- Read in the same way whatever standard_conforming_strings is. -#}
        E{{ quoted | replace('\\', '\\\\') }}
    {%- else -%}
        {{ quoted }}
    {%- endif -%}
{%- endmacro %}


{% macro json_names(path) -%}
    {#- The names and indices that `path` consists of. -#}
    {{ return(path.split('.') if path is string else path | list) }}
{%- endmacro %}


{% macro json_path(path) -%}
    {#- `path` as the array that #> and #>> take. -#}
    {%- set quoted = [] -%}
    {%- for name in json_names(path) -%}
        {%- do quoted.append(
            '"' ~ (name | replace('\\', '\\\\') | replace('"', '\\"')) ~ '"'
        ) -%}
    {%- endfor -%}
    {{ sql_text('{' ~ quoted | join(',') ~ '}') }}[]
{%- endmacro %}


{% macro json_reason(path, words) -%}
    {#- "login.uuid: missing", as a literal. -#}
    {{ sql_text(json_names(path) | join('.') ~ ': ' ~ words) }}
{%- endmacro %}


{% macro from_json(
    relation, record, fields, required=[], checks=[], kept=[]
) -%}
    {#-
        load_id, record_no and `record` of `relation`, those of its columns that
        `kept` names (`account`, of a source that has accounts), a column for each of
        `fields`, and rejection_reason: the paths of the fields at fault and
        what they are not, never a value; null if all can be typed. `required`
        are paths that must be there. `checks` are more faults, tuples of path,
        condition over the columns, and words:
        ("Nominal", "nominal <= 0", "not positive").

        Each field is taken out and tested once: "offset 0" keeps the planner
        from writing the expressions out wherever their results are used, and
        being lateral lets conditions on load_id through to the index. The
        reasons are an array, as a function takes 100 arguments at most.
    -#}
    {#- Under what name the text of a field is handed on. -#}
    {%- set sent = {} -%}
    {%- for column, path, type in fields -%}
        {%- do sent.update({
            column: column if type in ('text', 'jsonb')
                else '_sent_' ~ loop.index
        }) -%}
    {%- endfor -%}
    {%- set texts = fields | selectattr(2, 'equalto', 'text') | list -%}
    {%- set documents = fields | selectattr(2, 'equalto', 'jsonb') | list -%}
    {%- set others = fields | rejectattr(2, 'in', ['text', 'jsonb']) | list -%}
    {%- set needed = [] -%}
    {%- for path in required -%}
        {%- do needed.append(json_names(path)) -%}
    {%- endfor -%}
    {%- set said = {
        'uuid': 'not a uuid',
        'boolean': 'not a boolean',
        'integer': 'not an integer',
        'bigint': 'not an integer',
        'numeric': 'not a number',
        'numeric_comma': 'not a number',
        'date': 'not a date',
        'date_dmy': 'not a date',
        'timestamp': 'not a timestamp',
        'timestamptz': 'not a timestamp with time zone',
    } -%}
    {%- set words = {'object': 'not an object', 'array': 'not a list'} -%}
    {%- set whole = json_type(fields[0][1] if fields else '') -%}
    select
        load_id,
        record_no,
        {%- for column in kept %}
        {{ column }},
        {%- endfor %}
        {%- for column, path, type in fields %}
        {{ column }},
        {%- endfor %}
        rejection_reason,
        null::text as misfits,
        case when rejection_reason is not null then record end as faulty_record
    from (
    select
        r.load_id,
        r.record_no,
        r.{{ record }},
        {%- for column in kept %}
        r.{{ column }},
        {%- endfor %}
        {%- for column, path, type in texts + documents %}
        g.{{ column }},
        {%- endfor %}
        {%- for column, path, type in others %}
        t.{{ column }},
        {%- endfor %}
        case
            when jsonb_typeof(r.{{ record }}) <> '{{ whole }}'::text
                then 'record: {{ words[whole] }}'::text
            else nullif(array_to_string(array[
                null::text
                {%- for parent, type in json_parents(fields) %},
                case
                    when
                        jsonb_typeof(r.{{ record }} #> {{ json_path(parent) }})
                        not in ('{{ type }}'::text, 'null'::text)
                        then {{ json_reason(parent, words[type]) }}
                end
                {%- endfor %}
                {%- for column, path, type in texts %},
                case
                    when
                        left(g.{{ column }}, 1) in ('{'::text, '['::text)
                        and jsonb_typeof(r.{{ record }} #> {{ json_path(path) }})
                        in ('object'::text, 'array'::text)
                        then {{ json_reason(path, 'not text') }}
                end
                {%- endfor %}
                {%- for column, path, type in others %},
                case
                    when
                        t.{{ column }} is null
                        and g.{{ sent[column] }} is not null
                        then {{ json_reason(path, said[type]) }}
                end
                {%- endfor %}
                {%- for column, path, type in fields
                    if json_names(path) in needed %},
                case
                    when g.{{ sent[column] }} is null
                        then {{ json_reason(path, 'missing') }}
                end
                {%- endfor %}
                {%- for path, condition, words in checks %},
                case
                    when {{ condition }}
                        then {{ json_reason(path, words) }}
                end
                {%- endfor %}
            ], '; '::text), ''::text)
        end as rejection_reason
    from {{ relation }} as r
    cross join lateral (
        select
            {%- for column, path, type in fields %}
            {% if type == 'jsonb' -%}
            nullif(r.{{ record }} #> {{ json_path(path) }}, 'null'::jsonb)
            {%- else -%}
            r.{{ record }} #>> {{ json_path(path) }}
            {%- endif %}
                as {{ sent[column] }}{{ ',' if not loop.last }}
            {%- endfor %}
        from (select 1) as once
        offset 0
    ) as g
    {%- if others %}
    cross join lateral (
        select
            {%- for column, path, type in others %}
            case
                when {{ is_castable('g.' ~ sent[column], type) }}
                    then {{ cast_castable('g.' ~ sent[column], type) }}
            end as {{ column }}{{ ',' if not loop.last }}
            {%- endfor %}
        from (select 1) as once
        offset 0
    ) as t
    {%- endif %}
    ) as judged
{%- endmacro %}


{% macro json_type(path, depth=0) -%}
    {#- What `path` leads through after `depth` steps: object or array. -#}
    {{ return('array' if json_names(path)[depth] is integer else 'object') }}
{%- endmacro %}


{% macro json_parents(fields) -%}
    {#- The paths of the objects and lists that `fields` lie in, and which. -#}
    {%- set parents = [] -%}
    {%- for column, path, type in fields -%}
        {%- set names = json_names(path) -%}
        {%- for depth in range(1, names | length) -%}
            {%- set parent = (names[:depth], json_type(path, depth)) -%}
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
    {%- elif type == 'boolean' -%}
        {{ text }} in ('true'::text, 'false'::text)
    {%- elif type in ('integer', 'bigint') -%}
        {#- Compared as numeric, after the pattern: "and" promises no order. -#}
        {%- set least = {
            'integer': '-2147483648',
            'bigint': '-9223372036854775808',
        }[type] -%}
        {%- set most = {
            'integer': '2147483647',
            'bigint': '9223372036854775807',
        }[type] -%}
        case
                    when
                        {{ text }} ~ '^[-+]?[0-9]+([.]0+)?$'::text
                        and length({{ text }}) <= 40
                        then
                            {{ text }}::numeric
                            between {{ least }} and {{ most }}
                    else false
                end
    {%- elif type in ('numeric', 'numeric_comma') -%}
        {%- set point = ',' if type == 'numeric_comma' else '[.]' -%}
        {{ text }}
                    ~ '^[-+]?[0-9]+({{ point }}[0-9]+)?([eE][-+]?[0-9][0-9]?)?$'::text
                    and length({{ text }}) <= 1000
    {%- elif type == 'date' -%}
        {{ text }} ~ {{ calendar_pattern() }}
                    and length({{ text }}) = 10
    {%- elif type == 'date_dmy' -%}
        {{ text }} ~ {{ calendar_pattern(order='dmy') }}
                    and length({{ text }}) = 10
    {%- elif type == 'timestamp' -%}
        {{ text }} ~ {{ calendar_pattern(clock_pattern()) }}
                    and length({{ text }}) <= 60
    {%- elif type == 'timestamptz' -%}
        {{ text }} ~ {{ calendar_pattern(
            clock_pattern() ~ '(Z|[+-](0[0-9]|1[0-4]):?[0-5][0-9])'
        ) }}
                    and length({{ text }}) <= 60
    {%- else -%}
        {%- do exceptions.raise_compiler_error(
            'from_json: there is no type ' ~ type
        ) -%}
    {%- endif -%}
{%- endmacro %}


{% macro calendar_pattern(then='', order='ymd') -%}
    {#-
        A pattern of the days that the calendar has, from the year 1 to 9999,
        followed by `then`: any day of a month that has it in each year, and the
        leap days.
    -#}
    {%- set year =
        '(000[1-9]|00[1-9][0-9]|0[1-9][0-9][0-9]|[1-9][0-9][0-9][0-9])' -%}
    {%- set leap = '([0-9][0-9](0[48]|[2468][048]|[13579][26])|'
        ~ '(0[48]|[2468][048]|[13579][26])00)' -%}
    {%- set days = [
        ('(0[13578]|1[02])', '(0[1-9]|[12][0-9]|3[01])'),
        ('(0[469]|11)', '(0[1-9]|[12][0-9]|30)'),
        ('02', '(0[1-9]|1[0-9]|2[0-8])'),
    ] -%}
    {%- set branches = [] -%}
    {%- if order == 'ymd' -%}
        {%- for month, day in days -%}
            {%- do branches.append(month ~ '-' ~ day) -%}
        {%- endfor -%}
        {%- set pattern = '(' ~ year ~ '-(' ~ branches | join('|') ~ ')|'
            ~ leap ~ '-02-29)' -%}
    {%- else -%}
        {%- for point in ('[.]', '/') -%}
            {%- for month, day in days -%}
                {%- do branches.append(
                    day ~ point ~ month ~ point ~ year
                ) -%}
            {%- endfor -%}
            {%- do branches.append('29' ~ point ~ '02' ~ point ~ leap) -%}
        {%- endfor -%}
        {%- set pattern = '(' ~ branches | join('|') ~ ')' -%}
    {%- endif -%}
    '^{{ pattern }}{{ then }}$'::text
{%- endmacro %}


{% macro clock_pattern() -%}
    [T ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]+)?
{%- endmacro %}


{% macro cast_castable(text, type) -%}
    {#- `text`, found castable, as `type`. -#}
    {%- if type in ('integer', 'bigint') -%}
        {{ text }}::numeric::{{ type }}
    {%- elif type == 'numeric_comma' -%}
        replace({{ text }}, ','::text, '.'::text)::numeric
    {%- elif type == 'date_dmy' -%}
        (
                        substr({{ text }}, 7, 4) || '-'::text
                        || substr({{ text }}, 4, 2) || '-'::text
                        || substr({{ text }}, 1, 2)
                    )::date
    {%- else -%}
        {{ text }}::{{ type }}
    {%- endif -%}
{%- endmacro %}
