{% macro stage_group(target, sql, definition, waiting) -%}
    {#-
        Type the loads of one group and remove those that are gone, and log both;
        returns how many rows that wrote. A load that was replaced after the group
        was chosen has no rows and is not logged: the next build finds the one
        that took its place.
    -#}
    {%- set load_ids = waiting.loads | map(attribute='load_id') | list -%}
    {%- set removed = waiting.gone
        + waiting.loads | selectattr('is_retyped') | map(attribute='load_id') | list
    -%}
    {%- if removed -%}
        {%- do lock_for_writing(target) -%}
        {%- do run_query(
            'delete from ' ~ target.render() ~ ' where load_id in ('
            ~ removed | join(', ') ~ ')'
        ) -%}
    {%- endif -%}
    {%- if waiting.gone -%}
        {%- do outdate_staged_loads(waiting.gone) -%}
    {%- endif -%}
    {%- if not load_ids -%}
        {{ return(0) }}
    {%- endif -%}
    {%- set columns = get_quoted_csv(
        adapter.get_columns_in_relation(target) | map(attribute='name')
    ) -%}
    {%- call statement('typed') -%}
        insert into {{ target }} ({{ columns }})
        select {{ columns }}
        from (
            {{ with_load_ids(sql, load_ids) }}
        ) as typed
    {%- endcall -%}
    {%- call statement('staged') -%}
        insert into ops.staged_loads (
            model,
            staged_no,
            load_id,
            source,
            account,
            period,
            records,
            rejected,
            misfitting,
            definition,
            is_dropped,
            invocation_id,
            staged_at
        )
        select
            '{{ model_name() }}'::text,
            {{ next_staged_no() }},
            chosen.load_id,
            '{{ config.get('meta').stages }}'::text,
            chosen.account,
            chosen.period,
            coalesce(counted.records, 0),
            coalesce(counted.rejected, 0),
            coalesce(counted.misfitting, 0),
            '{{ definition }}'::text,
            false,
            '{{ invocation_id }}'::text,
            now()
        from (
            {%- for load in waiting.loads %}
            select
                {{ load.load_id }}::bigint as load_id,
                {{ sql_text(load.account) }} as account,
                '{{ load.period }}+00'::timestamptz as period
            {{ 'union all' if not loop.last }}
            {%- endfor %}
        ) as chosen
        left join (
            select
                load_id,
                count(*) as records,
                count(rejection_reason) as rejected,
                count(misfits) as misfitting
            from {{ target }}
            where load_id in ({{ load_ids | join(', ') }})
            group by load_id
        ) as counted on chosen.load_id = counted.load_id
        where
            counted.records > 0
            or exists (
                select 1
                from {{ ledger() }} as ledger
                where ledger.load_id = chosen.load_id
            )
    {%- endcall -%}
    {%- do note_fields(load_ids) -%}
    {{ return(load_result('typed').response.rows_affected) }}
{%- endmacro %}
