{% macro require_owner(relation) -%}
    {#- Stop before a change that only the owner of `relation` may make. -#}
    {%- set query %}
        select
            pg_get_userbyid(pg_class.relowner) as owner,
            current_user as dbt_user,
            pg_class.relkind
        from pg_class
        where
            pg_class.oid = '{{ relation.render() }}'::regclass
            and not pg_has_role(pg_class.relowner, 'usage'::text)
    {%- endset -%}
    {%- for owner, user, kind in run_query(query).rows -%}
        {%- set name = relation.schema ~ '.' ~ relation.identifier -%}
        {%- do exceptions.raise_compiler_error(
            name ~ ' belongs to the role ' ~ owner ~ '; only that role may'
            ~ ' change it, and dbt connects as ' ~ user ~ '. As a superuser: '
            ~ 'alter table ' ~ name ~ ' owner to ' ~ user
            ~ '; or drop or rename it, if it is no model of this project.'
        ) -%}
    {%- endfor -%}
{%- endmacro %}
