{% macro shape_changes(target, shape) -%}
    {#-
        What `alter table` has to do for `target` to have the columns and
        constraints of the table `shape`, once it is empty: pairs of a clause and
        the column that it drops or retypes, which is none for other clauses.
        Columns keep their place, new ones are last.
    -#}
    {%- set query %}
        with

        former as (
            select
                attname::text as column_name,
                format_type(atttypid, atttypmod) as data_type,
                attnotnull as is_required
            from pg_attribute
            where
                attrelid = '{{ target.render() }}'::regclass
                and attnum > 0
                and not attisdropped
        ),

        wanted as (
            select
                attname::text as column_name,
                format_type(atttypid, atttypmod) as data_type,
                attnotnull as is_required,
                attnum as place
            from pg_attribute
            where
                attrelid = '{{ shape.render() }}'::regclass
                and attnum > 0
                and not attisdropped
        ),

        former_constraints as (
            select
                conname as constraint_name,
                pg_get_constraintdef(oid) as definition
            from pg_constraint
            where
                conrelid = '{{ target.render() }}'::regclass
                and contype::text in (
                    'p'::text, 'u'::text, 'c'::text, 'f'::text, 'x'::text
                )
        ),

        wanted_constraints as (
            select pg_get_constraintdef(oid) as definition
            from pg_constraint
            where
                conrelid = '{{ shape.render() }}'::regclass
                and contype::text in (
                    'p'::text, 'u'::text, 'c'::text, 'f'::text, 'x'::text
                )
        ),

        clauses as (
            select
                1 as step,
                0 as place,
                format('drop constraint %I'::text, constraint_name) as clause,
                null::text as lost_column
            from former_constraints
            where
                definition not in (
                    select wanted_constraints.definition from wanted_constraints
                )
            union all
            select
                2 as step,
                0 as place,
                format('drop column %I'::text, column_name) as clause,
                column_name as lost_column
            from former
            where
                column_name not in (select wanted.column_name from wanted)
            union all
            select
                3 as step,
                0 as place,
                format(
                    'alter column %I type %s using null::%s'::text,
                    wanted.column_name,
                    wanted.data_type,
                    wanted.data_type
                ) as clause,
                wanted.column_name as lost_column
            from wanted
            inner join former on wanted.column_name = former.column_name
            where wanted.data_type <> former.data_type
            union all
            select
                4 as step,
                place,
                format(
                    'add column %I %s'::text, column_name, data_type
                ) as clause,
                null::text as lost_column
            from wanted
            where
                column_name not in (select former.column_name from former)
            union all
            select
                5 as step,
                wanted.place,
                format(
                    'alter column %I %s not null'::text,
                    wanted.column_name,
                    case
                        when wanted.is_required then 'set'::text
                        else 'drop'::text
                    end
                ) as clause,
                null::text as lost_column
            from wanted
            left join former on wanted.column_name = former.column_name
            where wanted.is_required <> coalesce(former.is_required, false)
            union all
            select
                6 as step,
                0 as place,
                'add '::text || definition as clause,
                null::text as lost_column
            from wanted_constraints
            where
                definition not in (
                    select former_constraints.definition from former_constraints
                )
        )

        select
            clause,
            lost_column
        from clauses
        order by
            step asc,
            place asc,
            clause asc
    {%- endset -%}
    {{ return(run_query(query).rows | map('list') | list) }}
{%- endmacro %}
