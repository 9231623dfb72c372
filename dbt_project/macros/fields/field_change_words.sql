{% macro field_change_words(load_id, path, change, former_type, type) -%}
    {#- A change as a sentence for the log; of a new field, the line to add. -#}
    {%- set in_load = "field '" ~ path ~ "' in load " ~ load_id -%}
    {%- if change == 'disappeared' -%}
        {{ return(in_load ~ ' is missing; it was of type ' ~ former_type) }}
    {%- elif change == 'type changed' -%}
        {{ return(
            in_load ~ ' is of type ' ~ type ~ '; it was of type ' ~ former_type
        ) }}
    {%- elif "'" ~ path ~ "'" in model.raw_code -%}
        {{ return(in_load ~ ' is there for the first time (' ~ type ~ ')') }}
    {%- endif -%}
    {%- set column_type = {
        'string': 'text', 'number': 'numeric', 'boolean': 'boolean'
    }.get(type, 'jsonb') -%}
    {{ return(
        'new ' ~ in_load ~ ' (' ~ type ~ "): to have it, add ('"
        ~ modules.re.sub('[^a-z0-9]+', '_', path | lower) ~ "', '" ~ path
        ~ "', '" ~ column_type ~ "') to fields"
    ) }}
{%- endmacro %}
