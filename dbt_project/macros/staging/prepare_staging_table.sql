{% macro prepare_staging_table(existing, target, sql, definition) -%}
    {#-
        Create the empty table of a staging model, or give it the columns that
        its `sql` has now. A table that is made anew has no load: what the log
        says of the former one is outdated by rows that say dropped.
    -#}
    {%- set empty = get_empty_subquery_sql(with_load_ids(sql, [])) -%}
    {%- set staged = count_staged(definition) -%}
    {%- if existing is none -%}
        {%- do outdate_staged_loads() -%}
        {%- call statement('create') -%}
            {{ get_create_table_as_sql(False, target, empty) }}
        {%- endcall -%}
    {%- elif not existing.is_table -%}
        {%- do outdate_staged_loads() -%}
        {%- do replace_relation(
            existing, target, empty, 'create', keeps_former=true
        ) -%}
    {%- elif staged.otherwise or not staged.loads or should_full_refresh() -%}
        {%- if staged.otherwise and not retypes() -%}
            {%- do log(
                model_name() ~ ': ' ~ staged.otherwise ~ ' loads stay as a former'
                ~ ' definition of the model has typed them: ELT_RETYPE=never',
                info=true
            ) -%}
        {%- endif -%}
        {%- set shape = make_intermediate_relation(target) -%}
        {%- do drop_relation_if_exists(load_cached_relation(shape)) -%}
        {%- call statement('shape') -%}
            {{ get_create_table_as_sql(False, shape, empty) }}
        {%- endcall -%}
        {%- set plan = plan_alter(target, shape) -%}
        {%- if plan.clauses -%}
            {%- if not retypes() and 'alter column' in plan.clauses | join -%}
                {%- do exceptions.raise_compiler_error(
                    model_name() ~ ': the type of a column has changed ('
                    ~ plan.clauses | join(', ') ~ '), and ELT_RETYPE=never keeps'
                    ~ ' the loads from being typed again. Unset it.'
                ) -%}
            {%- endif -%}
            {%- do apply_alter(target, plan, keep_rows=true) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
