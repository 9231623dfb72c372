{% macro build_loads(existing, target, sql, strategy, is_anew) -%}
    {#-
        Build a mart (keyed_mart, mart_by_load) of the loads that it has not
        built, and log them, in one transaction. One whose definition has changed
        is made anew from staging, in place: its rows are exchanged, and what is
        equal stays (build_table). ELT_RETYPE=never leaves the rows that are there
        as they are.
    -#}
    {%- set definition = definition_of(sql) -%}
    {%- set meta = config.get('meta') -%}
    {%- set staging = ref(meta.staging) -%}
    {%- set state = namespace(is_anew=is_anew) -%}
    {%- call statement('begin') -%} select 1 {%- endcall -%}
    {%- do lock_model() -%}
    {%- if not is_anew and retypes() and not flags.EMPTY
        and is_built_otherwise(definition) -%}
        {%- set state.is_anew = true -%}
        {%- do log(
            model_name() ~ ': building all loads again: the model has changed',
            info=true
        ) -%}
    {%- endif -%}
    {%- if strategy == 'by_load' and not flags.EMPTY
        and not has_built_loads() -%}
        {#- Built by a former version, which has left no log: rows that are as
            they should be stay, others are exchanged. -#}
        {%- set state.is_anew = true -%}
    {%- endif -%}
    {%- do begin_mart(staging, state.is_anew) -%}
    {%- if strategy == 'keyed' -%}
        {%- do check_accounts(model_name(staging), meta.key) -%}
        {%- do find_latest(staging, meta.key, state.is_anew) -%}
    {%- endif -%}
    {%- if state.is_anew -%}
        {%- do build_table(existing, target, sql) -%}
    {%- else -%}
        {%- set shape = make_temp_relation(target) -%}
        {%- call statement('shape') -%}
            {{ get_create_table_as_sql(
                True, shape, get_empty_subquery_sql(sql)
            ) }}
        {%- endcall -%}
        {%- set columns = get_quoted_csv(
            columns_to_write(shape, existing, target) | map(attribute='name')
        ) -%}
        {%- do lock_for_writing(target) -%}
        {%- do create_indexes(target) -%}
        {%- call statement('main') -%}
            {#- The insert comes last: dbt reports the rows that it counts. -#}
            {% if strategy == 'keyed' -%}
            {{ delete_outdated_keys(target, meta.key) }}
            {%- else -%}
            {{ delete_outdated_loads(target, staging) }}
            {%- endif %};
            insert into {{ target }} ({{ columns }})
            select {{ columns }}
            from (
                {{ sql }}
            ) as written
        {%- endcall -%}
    {%- endif -%}
    {%- do log_built_loads(
        definition,
        state.is_anew,
        count_built_loads(meta.key) if strategy == 'keyed' else none
    ) -%}
{%- endmacro %}
