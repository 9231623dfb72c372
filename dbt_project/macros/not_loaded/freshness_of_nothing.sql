{% macro freshness_of_nothing(source) -%}
    {#-
        None for a source with a load. Else what dbt takes for one loaded just
        so long ago that it warns.
    -#}
    {%- if source.schema != 'raw'
        or not never_loaded([source.identifier]) -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set nodes = graph.sources.values()
        | selectattr('schema', 'equalto', source.schema)
        | selectattr('identifier', 'equalto', source.identifier) | list -%}
    {%- set rule = (nodes | first).config.freshness or {} -%}
    {%- set warn = seconds_of(rule.warn_after) -%}
    {%- set error = seconds_of(rule.error_after) -%}
    {%- set warns = warn and (not error or warn + 1 < error) -%}
    {%- set age = warn + 1 if warns else 0 -%}
    {%- call statement('nothing', fetch_result=true, auto_begin=false) -%}
        select
            current_timestamp - interval '{{ age }} seconds' as max_loaded_at,
            current_timestamp as snapshotted_at
    {%- endcall -%}
    {{ return(load_result('nothing')) }}
{%- endmacro %}
