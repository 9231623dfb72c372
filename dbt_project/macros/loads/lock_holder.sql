{% macro lock_holder(name) -%}
    {#- Who holds the advisory lock of the model `name`, in words. -#}
    {%- set answer = run_query(
        "select held.pid || ' (user '::text"
        ~ " || coalesce(session.usename::text, '?'::text) || ', '::text"
        ~ " || coalesce(session.application_name, '?'::text) || ', since '::text"
        ~ " || coalesce(session.xact_start::text, '?'::text) || ')'::text"
        ~ " from pg_locks as held"
        ~ " left join pg_stat_activity as session on held.pid = session.pid"
        ~ " where held.locktype = 'advisory'::text and held.granted"
        ~ " and held.objsubid = 2 and held.pid <> pg_backend_pid()"
        ~ " and held.classid::bigint = hashtext('elt'::text)::bigint"
        ~ " & 4294967295"
        ~ " and held.objid::bigint = hashtext('" ~ name
        ~ "'::text)::bigint & 4294967295"
    ) -%}
    {%- if answer.rows | length > 0 -%}
        process {{ answer.columns[0].values() | join(' and ') }}
    {%- else -%}
        a process that has just ended
    {%- endif -%}
{%- endmacro %}
