{% macro note_fields(load_ids) -%}
    {#-
        After a staging model has typed and logged the loads `load_ids`: enter the
        fields that their records have into ops.staged_fields, and what differs
        from the loads of earlier periods of the same account into
        ops.field_changes; warn of it in dbt's log.

        Some 500 records of a load are looked at, spread evenly (of less than 1,000,
        all). A field has appeared if no earlier load had it; its type has changed
        if none had it with that type; it has disappeared if the load before had it in every
        record, or so often that ten were to be expected here. The first load of an
        account says what there is.
    -#}
    {%- set table = config.get('meta').stages -%}
    {%- set raw = adapter.get_relation(target.database, 'raw', table) -%}
    {%- if not load_ids or raw is none -%}
        {{ return('') }}
    {%- endif -%}
    {%- do run_query(insert_staged_fields(raw, load_ids)) -%}
    {%- do run_query(insert_field_changes(load_ids)) -%}
    {%- set changes = run_query(
        "select load_id, path, change, former_type, type"
        ~ " from ops.field_changes where model = '" ~ model_name()
        ~ "'::text and load_id in (" ~ load_ids | join(', ')
        ~ ") and noticed_at = now() order by load_id, path, change limit 50"
    ) -%}
    {%- for load_id, path, change, former_type, type in changes.rows -%}
        {%- do log(
            'WARNING ' ~ model_name() ~ ': '
            ~ field_change_words(load_id, path, change, former_type, type),
            info=true
        ) -%}
    {%- endfor -%}
{%- endmacro %}
