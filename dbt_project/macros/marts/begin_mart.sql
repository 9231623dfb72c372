{% macro begin_mart(staging, is_anew) -%}
    {#-
        Lock what a mart is made of (lock_model), and make the temporary table
        `<mart>__loads` of the loads that this build takes: those of the staging
        model `staging` that the mart has not built as staging has them now. All
        of them, if the mart is made anew. With `--empty`, no load.
    -#}
    {%- set name = model_name(staging) -%}
    {%- set nodes = graph.nodes.values()
        | selectattr('schema', 'equalto', staging.schema)
        | selectattr('alias', 'equalto', staging.identifier) | list -%}
    {%- for node in nodes
        if node.config.incremental_strategy != 'staged' -%}
        {%- do exceptions.raise_compiler_error(
            model_name() ~ ' is made of ' ~ name ~ ', which is not a staging model:'
            ~ ' begin that with staging_model(...) (docs/sources.md).'
        ) -%}
    {%- endfor -%}
    {%- do lock_model() -%}
    {%- do lock_model(name, shared=true) -%}
    {%- if not flags.EMPTY and not has_no_load() -%}
        {%- set behind = run_query(
            "select count(*) from " ~ ledger() ~ " as ledger"
            ~ " where ledger.source = '" ~ nodes[0].config.meta.stages ~ "'::text"
            ~ " and not exists (select 1 from ops.current_staged_loads as staged"
            ~ " where staged.model = '" ~ name ~ "'::text"
            ~ " and staged.load_id = ledger.load_id)"
        ).rows[0][0] -%}
        {%- if behind and is_tolerant() -%}
            {%- do log(
                'WARNING ' ~ name ~ ' has yet to take ' ~ behind ~ ' loads, which '
                ~ model_name() ~ ' is built without: run `dbt run -s +'
                ~ model.name ~ '`', info=true
            ) -%}
        {%- endif -%}
    {%- endif -%}
    {%- set query %}
        create temporary table {{ mart_table('loads') }} on commit drop as
        select
            staged.load_id,
            staged.staged_no,
            staged.source,
            staged.account,
            staged.period,
            staged.records,
            staged.rejected
        from ops.current_staged_loads as staged
        where
            staged.model = '{{ name }}'::text
            {%- if flags.EMPTY %}
            and false
            {%- elif not is_anew %}
            and not exists (
                select 1
                from ops.current_built_loads as built
                where
                    built.model = '{{ model_name() }}'::text
                    and built.load_id = staged.load_id
                    and built.staged_no = staged.staged_no
            )
            {%- endif %}
        {{ distributed_by('load_id') }}
    {%- endset -%}
    {%- do run_query(query) -%}
{%- endmacro %}
