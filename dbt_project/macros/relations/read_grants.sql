{% macro read_grants(relation) -%}
    {#-
        The rights on `relation` and its columns as statements that give the same
        rights on what takes its name; the first take away whatever default
        privileges have given that, if somebody had revoked it.
    -#}
    {%- set query %}
        select
            format(
                'grant %s%s on {{ relation.render() }} to %s%s'::text,
                given.privilege_type,
                ' ('::text || quote_ident(given.column_name) || ')'::text,
                case
                    when given.grantee = 0::oid then 'public'::text
                    else quote_ident(pg_get_userbyid(given.grantee)::text)
                end,
                case
                    when given.is_grantable then ' with grant option'::text
                end
            ) as statement,
            given.column_name
        from (
            select
                whole.relowner,
                null::text as column_name,
                (aclexplode(whole.relacl)).*
            from pg_class as whole
            where whole.oid = '{{ relation.render() }}'::regclass
            union all
            select
                whole.relowner,
                part.attname::text as column_name,
                (aclexplode(part.attacl)).*
            from pg_class as whole
            inner join pg_attribute as part on whole.oid = part.attrelid
            where
                whole.oid = '{{ relation.render() }}'::regclass
                and not part.attisdropped
        ) as given
        where given.grantee <> given.relowner
    {%- endset -%}
    {{ return(run_query(query).rows | map('list') | list) }}
{%- endmacro %}
