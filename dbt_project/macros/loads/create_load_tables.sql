{% macro create_load_tables() -%}
    {#-
        on-run-start: create what says which loads each model has taken, where
        it is missing. Rows are only ever inserted: on Greenplum an `update` or
        `delete` locks the whole table until the commit, and the models of all
        pipelines would wait for each other.

        `ops.staged_loads` is the log of the staging models: a row each time one
        has typed a load (`definition` is the hash of the SQL it did that by) or
        dropped it. `ops.built_loads` is that of the marts: a row each time one
        has built a load, as staging had it by `staged_no`, and what became of
        its records; `generation` counts how often the mart was made anew, which
        outdates all former rows. A model writes its rows in the transaction that
        does what they say, so they tell the truth after a crash, by hand and in
        Airflow alike. The two views show what holds now.
    -#}
    {%- if execute and flags.WHICH in ('run', 'build', 'test', 'seed') -%}
        {%- set found = run_query(
            "select c.relname::text"
            ~ " from pg_catalog.pg_class as c"
            ~ " inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid"
            ~ " where n.nspname = 'ops'::name and c.relname in ("
            ~ "'current_built_loads'::name, 'model_loads'::name)"
        ).columns[0].values() | list -%}
        {%- if 'current_built_loads' not in found -%}
            select pg_advisory_xact_lock(
                hashtext('elt'::text), hashtext('ops'::text)
            );
            {% if run_query(
                "select 1 from pg_catalog.pg_namespace"
                ~ " where nspname = 'ops'::name"
            ).rows | length == 0 %}
            create schema ops;
            {% endif %}
            create table if not exists ops.staged_loads (
                model text not null,
                staged_no bigint not null,
                load_id bigint not null,
                source text not null,
                account text not null,
                period timestamptz not null,
                records bigint not null,
                rejected bigint not null,
                misfitting bigint not null,
                definition text not null,
                is_dropped boolean not null,
                invocation_id text not null,
                staged_at timestamptz not null,
                primary key (model, load_id, staged_no)
            )
            {{ distributed_by('load_id') }};
            create table if not exists ops.built_loads (
                model text not null,
                generation bigint not null,
                load_id bigint not null,
                staged_no bigint not null,
                source text not null,
                account text not null,
                period timestamptz not null,
                rows_new bigint not null,
                rows_changed bigint not null,
                rows_unchanged bigint not null,
                rows_superseded bigint not null,
                rows_duplicate bigint not null,
                rows_rejected bigint not null,
                definition text not null,
                invocation_id text not null,
                built_at timestamptz not null,
                primary key (model, generation, load_id, staged_no)
            )
            {{ distributed_by('load_id') }};
            create or replace view ops.current_staged_loads as
            select staged.*
            from ops.staged_loads as staged
            where
                not staged.is_dropped
                and not exists (
                    select 1
                    from ops.staged_loads as later
                    where
                        later.model = staged.model
                        and later.load_id = staged.load_id
                        and later.staged_no > staged.staged_no
                );
            create or replace view ops.current_built_loads as
            select built.*
            from ops.built_loads as built
            inner join (
                select
                    every.model,
                    max(every.generation) as generation
                from ops.built_loads as every
                group by every.model
            ) as latest
                on
                    built.model = latest.model
                    and built.generation = latest.generation
            where
                built.load_id > 0
                and not exists (
                    select 1
                    from ops.built_loads as later
                    where
                        later.model = built.model
                        and later.generation = built.generation
                        and later.load_id = built.load_id
                        and later.staged_no > built.staged_no
                );
        {%- endif -%}
        {%- if 'model_loads' in found %}
            -- What held this until 0.1; its marks are not needed to take over.
            drop table ops.model_loads;
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
