{% macro restore_grants(relation, grants) -%}
    {#-
        Give `relation`, made anew, the rights that read_grants has found on what
        it replaces, and no others: what default privileges have just given may
        have been revoked there.
    -#}
    {%- set query %}
        select distinct
            format(
                'revoke all on {{ relation.render() }} from %s'::text,
                case
                    when given.grantee = 0::oid then 'public'::text
                    else quote_ident(pg_get_userbyid(given.grantee)::text)
                end
            ) as statement
        from (
            select
                pg_class.relowner,
                (aclexplode(pg_class.relacl)).*
            from pg_class
            where pg_class.oid = '{{ relation.render() }}'::regclass
        ) as given
        where given.grantee <> given.relowner
    {%- endset -%}
    {%- set statements = run_query(query).columns[0].values() | list -%}
    {%- set columns = adapter.get_columns_in_relation(relation)
        | map(attribute='name') | list -%}
    {%- for statement, column in grants -%}
        {%- if column is none or column in columns -%}
            {%- do statements.append(statement) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if statements -%}
        {%- do run_query(statements | join(';\n')) -%}
    {%- endif -%}
{%- endmacro %}
