{#
    ops.model_loads: which loads each mart has built. A mart builds what it has
    no mark for; the marks are written in the transaction that builds it, so
    they tell the truth after a crash, by hand and in Airflow alike.
#}


{% macro create_model_loads() -%}
    {#- on-run-start: create the table of marks where it is missing. -#}
    {%- if execute and flags.WHICH in ('run', 'build', 'test', 'seed') -%}
        {%- set found = run_query(
            "select 1 from pg_catalog.pg_tables"
            ~ " where schemaname = 'ops'::name"
            ~ " and tablename = 'model_loads'::name"
        ) -%}
        {%- if found.rows | length == 0 -%}
            {%- set schemas = run_query(
                "select 1 from pg_catalog.pg_namespace"
                ~ " where nspname = 'ops'::name"
            ) -%}
            select pg_advisory_xact_lock(
                hashtext('elt'::text), hashtext('ops'::text)
            );
            {% if schemas.rows | length == 0 %}
            create schema ops;
            {% endif %}
            create table if not exists ops.model_loads (
                model text not null,
                load_id bigint not null,
                source text not null,
                invocation_id text not null,
                rows_changed bigint not null,
                is_gone boolean not null,
                period timestamptz not null,
                built_at timestamptz not null,
                primary key (model, load_id)
            )
            {{ distributed_by('load_id') }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}


{% macro mark_name() -%}
    {{ this.schema }}.{{ this.identifier }}
{%- endmacro %}


{% macro lock_model() -%}
    {#-
        Hold the model's advisory lock until the transaction ends. A model that
        somebody else builds is waited for, ELT_BUILD_LOCK_TIMEOUT seconds (60)
        at most, then its builder is named.
    -#}
    {%- if execute -%}
    {%- set seconds = env_var('ELT_BUILD_LOCK_TIMEOUT', '60') | int -%}
    {%- set key -%}
        hashtext('elt'::text), hashtext('{{ mark_name() }}'::text)
    {%- endset -%}
    {%- set held = namespace(mine=false) -%}
    {%- for second in range(seconds + 1) if not held.mine -%}
        {%- set answer = run_query(
            'select pg_try_advisory_xact_lock(' ~ key ~ ')'
        ) -%}
        {%- if answer.rows[0][0] -%}
            {%- set held.mine = true -%}
        {%- else -%}
            {%- if loop.first -%}
                {%- do log(
                    mark_name() ~ ' is being built by ' ~ lock_holder(key)
                    ~ '; waiting up to ' ~ seconds ~ ' s', info=true
                ) -%}
            {%- endif -%}
            {%- if second < seconds -%}
                {%- do run_query('select pg_sleep(1)') -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if not held.mine -%}
        {%- do exceptions.raise_compiler_error(
            mark_name() ~ ' is still being built by ' ~ lock_holder(key)
            ~ '; run this again when that has ended'
        ) -%}
    {%- endif -%}
    {%- endif -%}
{%- endmacro %}


{% macro lock_holder(key) -%}
    {%- set answer = run_query(
        "select l.pid || ' (user '::text"
        ~ " || coalesce(a.usename::text, '?'::text) || ', '::text"
        ~ " || coalesce(a.application_name, '?'::text) || ', since '::text"
        ~ " || coalesce(a.xact_start::text, '?'::text) || ')'::text"
        ~ " from pg_locks as l"
        ~ " left join pg_stat_activity as a on l.pid = a.pid"
        ~ " where l.locktype = 'advisory'::text and l.granted and l.objsubid = 2"
        ~ " and l.classid::bigint = hashtext('elt'::text)::bigint"
        ~ " & 4294967295"
        ~ " and l.objid::bigint = hashtext('" ~ mark_name()
        ~ "'::text)::bigint & 4294967295"
    ) -%}
    {%- if answer.rows | length > 0 -%}
        process {{ answer.rows[0][0] }}
    {%- else -%}
        a process that has just ended
    {%- endif -%}
{%- endmacro %}


{% macro pin_loads(sources) -%}
    {#-
        Pre-hook: lock the model, then mark the loads that this build takes and
        those that are gone from the ledger. Later statements of the build look
        at the marks only, so a load that commits meanwhile waits for the next.
        With `--empty` no load is taken: none is marked, none is gone.
    -#}
    {%- set ledger = source('elt', 'loads') -%}
    {%- if execute -%}
        {%- do lock_model() -%}
        {%- if not is_incremental() %}
        delete from ops.model_loads where model = '{{ mark_name() }}'::text;
        {%- endif %}
        {%- if not flags.EMPTY and not has_no_load() -%}
        {%- do check_staging(sources) -%}
        {%- do check_accounts(sources, ledger.render()) -%}
        {%- set ledger = ledger.render() %}
        update ops.model_loads
        set is_gone = true
        where
            model = '{{ mark_name() }}'::text
            and load_id not in (select l.load_id from {{ ledger }} as l);
        insert into ops.model_loads (
            model,
            load_id,
            source,
            invocation_id,
            rows_changed,
            is_gone,
            period,
            built_at
        )
        select
            '{{ mark_name() }}'::text,
            l.load_id,
            l.source,
            '{{ invocation_id }}'::text,
            0,
            false,
            l.period,
            now()
        from {{ ledger }} as l
        where
            l.source in (
                {%- for name in sources %}
                '{{ name }}'::text{{ ',' if not loop.last }}
                {%- endfor %}
            )
            and l.load_id not in (
                select m.load_id
                from ops.model_loads as m
                where m.model = '{{ mark_name() }}'::text
            )
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}


{% macro check_accounts(sources, ledger) -%}
    {#-
        Stop if the model is a keyed mart whose key leaves the account out, and
        the ledger has loads of accounts: equal keys of two of them would be
        taken for one row. (A ledger of an earlier release has no such column.)
    -#}
    {%- set key = (config.get('meta') or {}).get('key') -%}
    {%- if key and 'account' not in key_columns(key) -%}
        {%- set columns = run_query(
            "select 1 from pg_catalog.pg_attribute as a"
            ~ " where a.attrelid = to_regclass('" ~ ledger ~ "'::text)"
            ~ " and a.attname = 'account'::name and not a.attisdropped"
        ) -%}
        {%- set loads = columns if not columns.rows else run_query(
            "select l.source from " ~ ledger ~ " as l"
            ~ " where l.account <> ''::text and l.source in ('"
            ~ sources | join("'::text, '") ~ "'::text) limit 1"
        ) -%}
        {%- if loads.rows -%}
            {%- do exceptions.raise_compiler_error(
                mark_name() ~ ': ' ~ loads.rows[0][0] ~ ' is loaded for several'
                ~ ' accounts, so `account` must be a part of the key, which is '
                ~ key_columns(key) | join(', ') ~ ' (docs/sources.md).'
            ) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}


{% macro unpin_loads() -%}
    {#- Post-hook: forget the marks of the loads that are gone. -#}
    delete from ops.model_loads
    where model = '{{ mark_name() }}'::text and is_gone
{%- endmacro %}


{% macro pinned_loads() -%}
    {#-
        The loads of this build: load_id, period, is_new (to be built now) and
        is_gone (built, but replaced or removed since). Unit tests override it.
    -#}
    select
        m.load_id,
        m.period,
        m.is_gone,
        m.invocation_id = '{{ invocation_id }}'::text as is_new
    from ops.model_loads as m
    where m.model = '{{ mark_name() }}'::text
{%- endmacro %}


{% macro remove_gone_loads() -%}
    {#- Pre-hook: remove the rows of loads that are gone. -#}
    {%- if execute and is_incremental() -%}
        delete from {{ this }}
        where
            load_id in (
                select p.load_id from ({{ pinned_loads() }}) as p where p.is_gone
            )
    {%- endif -%}
{%- endmacro %}
