{% macro records_of_new_loads(staged) -%}
    {#-
        The records that a mart by load has to take: in a build, those of the loads
        it has not built; with `dbt show`, `dbt compile` and in unit tests, all.
    -#}
    select staged.*
    from (select * from {{ staged }}) as staged
    where
        staged.rejection_reason is null
        {%- if flags.WHICH in ('run', 'build') and not staged.is_cte %}
        and staged.load_id = any(array(
            select loads.load_id from {{ mart_table('loads') }} as loads
        ))
        {%- endif %}
{%- endmacro %}
