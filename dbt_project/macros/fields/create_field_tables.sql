{% macro create_field_tables() -%}
    {#-
        on-run-start: create what says which fields the records of each load have,
        where it is missing. Rows are only ever inserted (create_load_tables).

        `ops.staged_fields`: the fields of a load, as staging has it by `staged_no`,
        in a sample of its records: type as JSON has it, and in how many records.
        The row without a path is the sample itself.
        `ops.field_changes`: where that differs from earlier loads (note_fields).
        `sample` is left empty: nobody has said yet whether the value is a secret.
    -#}
    {%- if execute and flags.WHICH in ('run', 'build', 'test', 'seed') -%}
        {%- set found = run_query(
            "select 1 from pg_catalog.pg_tables"
            ~ " where schemaname = 'ops'::name"
            ~ " and tablename = 'field_changes'::name"
        ) -%}
        {%- if found.rows | length == 0 -%}
            select pg_advisory_xact_lock(
                hashtext('elt'::text), hashtext('ops'::text)
            );
            create table if not exists ops.staged_fields (
                model text not null,
                staged_no bigint not null,
                load_id bigint not null,
                path text not null,
                type text not null,
                records bigint not null,
                primary key (model, load_id, staged_no, path, type)
            )
            {{ distributed_by('load_id') }};
            create table if not exists ops.field_changes (
                model text not null,
                load_id bigint not null,
                source text not null,
                account text not null,
                period timestamptz not null,
                path text not null,
                change text not null,
                former_type text,
                type text,
                sample text,
                records bigint not null,
                noticed_at timestamptz not null
            )
            {{ distributed_by('load_id') }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
