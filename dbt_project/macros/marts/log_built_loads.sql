{% macro log_built_loads(definition, is_anew, counted=none) -%}
    {#-
        Log the loads that this build has taken. `counted` is a query of load_id,
        arrived, rows_new, rows_changed, rows_unchanged and rows_superseded by
        load; none of a mart that is not counted. A mart that is made anew begins
        a generation, also without a load: then a row of the load 0 says so.
        Built at the time of the clock, which is after the loads had landed; the
        transaction may have begun before.
    -#}
    {%- set name = model_name() -%}
    {%- set generation -%}
        (
            select coalesce(max(numbered.generation), 0)
            from ops.built_loads as numbered
            where numbered.model = '{{ name }}'::text
        ) + {{ 1 if is_anew else 0 }}
    {%- endset -%}
    {%- call statement('built') -%}
        insert into ops.built_loads (
            model,
            generation,
            load_id,
            staged_no,
            source,
            account,
            period,
            rows_new,
            rows_changed,
            rows_unchanged,
            rows_superseded,
            rows_duplicate,
            rows_rejected,
            definition,
            invocation_id,
            built_at
        )
        select
            '{{ name }}'::text,
            {{ generation }},
            loads.load_id,
            loads.staged_no,
            loads.source,
            loads.account,
            loads.period,
            {%- if counted %}
            coalesce(counted.rows_new, 0),
            coalesce(counted.rows_changed, 0),
            coalesce(counted.rows_unchanged, 0),
            coalesce(counted.rows_superseded, 0),
            loads.records - loads.rejected - coalesce(counted.arrived, 0),
            {%- else %}
            0,
            0,
            0,
            0,
            0,
            {%- endif %}
            loads.rejected,
            '{{ definition }}'::text,
            '{{ invocation_id }}'::text,
            clock_timestamp()
        from {{ mart_table('loads') }} as loads
        {%- if counted %}
        left join ({{ counted }}) as counted on loads.load_id = counted.load_id
        {%- endif %}
        {%- if is_anew %}
        union all
        select
            '{{ name }}'::text,
            {{ generation }},
            0,
            0,
            ''::text,
            ''::text,
            now(),
            0,
            0,
            0,
            0,
            0,
            0,
            '{{ definition }}'::text,
            '{{ invocation_id }}'::text,
            clock_timestamp()
        {%- endif %}
    {%- endcall -%}
{%- endmacro %}
