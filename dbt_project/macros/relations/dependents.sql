{% macro dependents(relation, columns=none) -%}
    {#-
        What PostgreSQL would drop with `relation`, or with some of its columns:
        views, materialized views, functions, foreign keys. Each is a list: in
        words, with the owner; schema and name, if it is a view.
    -#}
    {%- set query %}
        select distinct
            case
                when viewing.relkind = 'm'::"char"
                    then
                        'materialized view '::text || viewing.oid::regclass::text
                when viewing.oid is not null
                    then 'view '::text || viewing.oid::regclass::text
                else pg_describe_object(link.classid, link.objid, link.objsubid)
            end
            || coalesce(
                ' (owner '::text || pg_get_userbyid(
                    coalesce(
                        viewing.relowner, routine.proowner, keyed.relowner
                    )
                )::text || ')'::text,
                ''::text
            ) as dependent,
            case when viewing.relkind = 'v'::"char" then place.nspname::text end
                as view_schema,
            viewing.relname::text as view_name
        from pg_depend as link
        left join pg_rewrite as rule
            on
                link.classid = 'pg_rewrite'::regclass
                and link.objid = rule.oid
        left join pg_class as viewing on rule.ev_class = viewing.oid
        left join pg_namespace as place on viewing.relnamespace = place.oid
        left join pg_proc as routine
            on
                link.classid = 'pg_proc'::regclass
                and link.objid = routine.oid
        left join pg_constraint as foreign_key
            on
                link.classid = 'pg_constraint'::regclass
                and link.objid = foreign_key.oid
        left join pg_class as keyed on foreign_key.conrelid = keyed.oid
        where
            link.deptype = 'n'::"char"
            and coalesce(
                viewing.oid, keyed.oid, 0::oid
            ) <> '{{ relation.render() }}'::regclass
            and (
                (
                    link.refclassid = 'pg_class'::regclass
                    and link.refobjid = '{{ relation.render() }}'::regclass
                    {%- if columns is not none %}
                    and link.refobjsubid in (
                        select pg_attribute.attnum
                        from pg_attribute
                        where
                            pg_attribute.attrelid
                            = '{{ relation.render() }}'::regclass
                            and pg_attribute.attname in (
                                {%- for column in columns %}
                                '{{ column | replace("'", "''") }}'::name
                                {{- ',' if not loop.last }}
                                {%- endfor %}
                            )
                    )
                    {%- endif %}
                )
                {%- if columns is none %}
                or (
                    link.refclassid = 'pg_type'::regclass
                    and link.classid <> 'pg_type'::regclass
                    and link.refobjid in (
                        select row_type.oid
                        from pg_type as row_type
                        left join pg_type as element
                            on row_type.typelem = element.oid
                        where
                            coalesce(
                                nullif(row_type.typrelid, 0::oid),
                                element.typrelid
                            ) = '{{ relation.render() }}'::regclass
                    )
                )
                {%- endif %}
            )
    {%- endset -%}
    {{ return(run_query(query).rows | map('list') | list) }}
{%- endmacro %}
