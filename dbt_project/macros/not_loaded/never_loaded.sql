{% macro never_loaded(tables) -%}
    {#- Those of the raw tables, or the ledger, that have no load. -#}
    {%- if not tables or not is_tolerant() -%}
        {{ return([]) }}
    {%- elif has_no_load() -%}
        {{ return(tables) }}
    {%- elif not adapter.get_relation(target.dbname, 'raw', 'loads') -%}
        {{ return([]) }}
    {%- endif -%}
    {%- set found = run_query(
        'select l.source from raw.loads as l group by l.source'
    ) -%}
    {%- set loaded = found.columns[0].values() | list -%}
    {%- if loaded -%}
        {#- The ledger's own name, once there is a load. -#}
        {%- do loaded.append('loads') -%}
    {%- endif -%}
    {{ return(tables | reject('in', loaded) | list) }}
{%- endmacro %}
