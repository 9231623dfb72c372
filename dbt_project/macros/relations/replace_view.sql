{% macro replace_view(target, sql, name='main') -%}
    {#-
        Make the view `target`, which is there, one of `sql`. Left alone if it
        is; replaced, with what others have made of it, if it keeps its columns;
        else made anew with the rights it had, if nobody's view depends on it.
    -#}
    {%- set probe = make_temp_relation(target, '__dbt_probe') -%}
    {%- set create_sql = get_create_view_as_sql(target, sql) -%}
    {%- call statement('probe') -%}
        create temporary view {{ probe }} as (
            {{ sql }}
        )
    {%- endcall -%}
    {%- set query %}
        with

        compared as (
            select
                pg_get_viewdef('{{ target.render() }}'::regclass)
                = pg_get_viewdef('{{ probe.render() }}'::regclass) as is_same_text,
                {{ view_columns(target) }} as former,
                {{ view_columns(probe) }} as wanted
        )

        select
            is_same_text and former = wanted as is_same,
            former = wanted[1:coalesce(array_length(former, 1), 0)]
                as is_replaceable
        from compared
    {%- endset -%}
    {%- set is_same, is_replaceable = run_query(query).rows[0].values() -%}
    {%- do run_query('drop view ' ~ probe.render()) -%}
    {%- if not is_same -%}
        {%- do require_owner(target) -%}
        {%- if is_replaceable -%}
            {%- do run_exclusively(
                target, get_replace_view_sql(target, sql)
            ) -%}
        {%- else -%}
            {%- set aside = set_aside_views(views_to_set_aside(target)) -%}
            {%- set grants = read_grants(target) -%}
            {%- do run_exclusively(
                target, 'drop view ' ~ target.render() ~ ';\n' ~ create_sql
            ) -%}
            {%- do restore_grants(target, grants) -%}
            {%- do restore_views(aside) -%}
        {%- endif -%}
    {%- endif -%}
    {%- set message = 'UNCHANGED' if is_same else 'CREATE VIEW' -%}
    {%- call noop_statement(name, message, message) -%}
        {{ create_sql }}
    {%- endcall -%}
{%- endmacro %}
