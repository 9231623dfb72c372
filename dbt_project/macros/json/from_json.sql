{#
    Fields of a JSON record as typed columns, without a cast that can fail: one
    bad value must not stop the others. docs/types.md says what each type takes
    (json_types has them), and what becomes of a value that does not fit.

    `fields` are tuples of column, path and type. A path is names joined by dots
    ("login.uuid"), or a list of names where one has a dot itself; a name may
    hold any character. A number in the list is the index of an item, from 0 on,
    or from -1 back: [0] of records that are lists.
#}


{% macro from_json(
    relation, record, fields, required=[], checks=[], kept=[], reject=[]
) -%}
    {#-
        load_id and record_no of `relation`, those of its columns that `kept`
        names (`account`, of a source that has accounts), a column for each of
        `fields`, and three that judge the record:

        rejection_reason  why the record as a whole is rejected; null if not
        misfits           the fields that are null since their values do not fit
        faulty_record     the record, where one of the two is not null

        Both reasons name paths and what is wrong, never a value:
        "Nominal: not an integer; Name: not text".

        A record is rejected if it is not an object, if the value at a path of
        `required` is missing or does not fit, if one of `checks` is true, and
        if the value at a path of `reject` does not fit: a list of paths of
        fields or of objects around them, or 'all'. The key has to be required.
        `checks` are tuples of path, condition over the columns, and words:
        ("Nominal", "nominal <= 0", "not positive").

        Each value is taken out and tested once: "offset 0" keeps the planner
        from writing the expressions out wherever their results are used, and
        being lateral lets conditions on load_id through to the index. #> of no
        path is the record itself, which is decompressed once then, not once a
        field. A reason is put together only where there is one; as an array,
        since a function takes 100 arguments at most. _unhashable keeps the
        planner from putting Memoize between the subqueries, which would copy
        and hash each record to no use (twice the time): it does not where
        something of a type that has no hash function is handed on.
    -#}
    {%- set types = json_types() -%}
    {%- set casts = soft_casts() -%}
    {%- set parents = json_parents(fields) -%}
    {%- set faults = json_faults(
        fields, types, parents, required, checks, reject
    ) -%}
    {%- set whole = json_kind(fields[0][1] if fields else '') -%}
    select
        landed.load_id,
        landed.record_no,
        {%- for column in kept %}
        landed.{{ column }},
        {%- endfor %}
        {%- for column, path, type in fields %}
        typed.{{ column }},
        {%- endfor %}
        judged.rejection_reason,
        judged.misfits,
        case
            when
                judged.rejection_reason is not null
                or judged.misfits is not null
                then landed.{{ record }}
        end as faulty_record
    from {{ relation }} as landed
    cross join lateral (
        select
            {% if whole == 'array' -%}
            case
                when jsonb_typeof(landed.{{ record }}) = 'array'::text
                    then landed.{{ record }} #> '{}'::text[]
            end
            {%- else -%}
            landed.{{ record }} #> '{}'::text[]
            {%- endif %} as _record,
            '0'::varbit as _unhashable
        from (select 1) as once
        offset 0
    ) as whole
    {%- for depth in parents | map(attribute='depth') | unique %}
    cross join lateral (
        select
            {%- for parent in parents if parent.depth == depth %}
            {% if parent.kind == 'array' -%}
            case
                when jsonb_typeof({{ parent.source }}) = 'array'::text
                    then {{ parent.source }}
            end
            {%- else -%}
            {{ parent.source }}
            {%- endif %} as {{ parent.alias }}{{ ',' if not loop.last }}
            {%- endfor %}
        from (select whole._unhashable) as once
        offset 0
    ) as parents_{{ depth }}
    {%- endfor %}
    cross join lateral (
        select
            {%- for column, path, type in fields %}
            {%- set parent = json_parent(path, parents) %}
            {%- set step = json_step(json_names(path) | last) %}
            {% if type == 'jsonb' -%}
            nullif({{ parent }} -> {{ step }}, 'null'::jsonb)
            {%- else -%}
            {{ parent }} ->> {{ step }}
            {%- endif %} as _sent_{{ loop.index }}{{ ',' if not loop.last }}
            {%- endfor %}
        from (select whole._unhashable) as once
        offset 0
    ) as sent
    cross join lateral (
        select
            {%- for column, path, type in fields %}
            {%- set text = 'sent._sent_' ~ loop.index %}
            {% if type == 'jsonb' -%}
            {{ text }}
            {%- elif type == 'text' -%}
            case
                when
                    ascii({{ text }}) in (91, 123)
                    and jsonb_typeof(
                        {{ json_parent(path, parents) }}
                        -> {{ json_step(json_names(path) | last) }}
                    ) in ('object'::text, 'array'::text)
                    then null
                else {{ text }}
            end
            {%- else -%}
            {{ guarded_cast(text, types[type].guards, casts) }}
            {%- endif %} as {{ column }}{{ ',' if not loop.last }}
            {%- endfor %}
        from (select whole._unhashable) as once
        offset 0
    ) as typed
    cross join lateral (
        select
            case
                when
                    {%- if whole == 'array' %}
                    whole._record is null
                    {%- else %}
                    jsonb_typeof(whole._record) <> 'object'::text
                    {%- endif %}
                    then {{ json_reason('record', json_kind_words(whole)) }}
                {%- if faults.rejecting %}
                {{ json_reasons(faults.rejecting) }}
                {%- endif %}
            end as rejection_reason,
            {% if faults.harmless -%}
            case
                {{ json_reasons(faults.harmless) }}
            end
            {%- else -%}
            null::text
            {%- endif %} as misfits
        from (select whole._unhashable) as once
        offset 0
    ) as judged
{%- endmacro %}
