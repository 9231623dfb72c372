{% macro lock_holders(relation, modes=none) -%}
    {#-
        Who holds a lock on `relation` (one of `modes`, as pg_locks has them; by
        default any), in words. Of other users' sessions PostgreSQL shows only
        the name; raw.sessions(), which elt/warehouse/rights.py makes, shows their state.
    -#}
    {%- set found = run_query(
        "select to_regprocedure('raw.sessions()') is not null"
    ) -%}
    {%- set sessions = 'raw.sessions()' if found.rows[0][0]
        else 'pg_stat_activity' -%}
    {%- set query %}
        select distinct
            'process '::text || held.pid || ' (user '::text
            || coalesce(session.usename::text, '?'::text)
            || ', application '::text
            || coalesce(nullif(session.application_name, ''::text), '?'::text)
            || coalesce(', '::text || session.state, ''::text)
            || coalesce(
                ', in a transaction since '::text || to_char(
                    session.xact_start at time zone 'UTC'::text,
                    'YYYY-MM-DD HH24:MI:SS'::text
                ) || ' UTC'::text,
                ''::text
            ) || ')'::text as holder
        from pg_locks as held
        left join {{ sessions }} as session on held.pid = session.pid
        where
            held.locktype = 'relation'::text
            and held.granted
            and held.pid <> pg_backend_pid()
            and held.database = (
                select pg_database.oid
                from pg_database
                where pg_database.datname = current_database()
            )
            and held.relation = '{{ relation.render() }}'::regclass
            {%- if modes %}
            and held.mode in (
                {%- for mode in modes %}
                '{{ mode }}'::text{{ ',' if not loop.last }}
                {%- endfor %}
            )
            {%- endif %}
    {%- endset -%}
    {%- set words = run_query(query).columns[0].values() | join(' and ') -%}
    {{ return(words or 'a process that has just ended') }}
{%- endmacro %}
