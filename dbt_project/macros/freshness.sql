{#
    `dbt source freshness` of a source that was never loaded (not_loaded.sql):
    no error, since nothing is late before the first load, but a warning if the
    source has a rule that can give one.
#}


{% macro postgres__collect_freshness(source, loaded_at_field, filter) -%}
    {{ return(
        freshness_of_nothing(source)
        or default__collect_freshness(source, loaded_at_field, filter)
    ) }}
{%- endmacro %}


{% macro postgres__collect_freshness_custom_sql(source, loaded_at_query) -%}
    {{ return(
        freshness_of_nothing(source)
        or default__collect_freshness_custom_sql(source, loaded_at_query)
    ) }}
{%- endmacro %}


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


{% macro seconds_of(rule) -%}
    {%- set lengths = {'minute': 60, 'hour': 3600, 'day': 86400} -%}
    {%- if rule and rule.count -%}
        {{ return(rule.count * lengths[rule.period]) }}
    {%- endif -%}
    {{ return(0) }}
{%- endmacro %}
