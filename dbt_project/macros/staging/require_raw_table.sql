{% macro require_raw_table() -%}
    {#- Stop if the raw table is lost, of which the ledger has a load. -#}
    {%- set table = config.get('meta').stages -%}
    {%- if not flags.EMPTY and not has_no_load() -%}
        {%- set found = run_query(
            "select to_regclass('raw." ~ adapter.quote(table) ~ "'::text)"
            ~ " is not null or not exists (select 1 from " ~ ledger()
            ~ " as ledger where ledger.source = '" ~ table ~ "'::text)"
        ) -%}
        {%- if not found.rows[0][0] -%}
            {%- do exceptions.raise_compiler_error(
                'relation "raw.' ~ table ~ '" does not exist, and the ledger has'
                ~ ' loads of it: restore it from a backup, or load them again.'
            ) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
