{% macro loads_to_stage(definition, is_first) -%}
    {#-
        What the staging model has to do next: `loads` to type, each as a mapping
        (load_id, records, period, account, is_retyped), `gone` to remove, as load
        ids; `retyped`, how many another definition has typed; `is_last`, whether
        nothing is left after that. New loads come first, then those to type
        again, by period, as many as have 100,000 records together, or one
        (the dbt variable records_per_transaction).
    -#}
    {%- set found = {
        'loads': [], 'gone': [], 'retyped': 0, 'is_last': true
    } -%}
    {%- if not flags.EMPTY and not has_no_load() -%}
        {%- set table = config.get('meta').stages -%}
        {%- set account = "ledger.account" if has_column(ledger(), 'account')
            else "''::text" -%}
        {%- set query %}
            with

            staged as (
                select
                    current.load_id,
                    current.account,
                    current.period,
                    current.definition = '{{ definition }}'::text
                    {%- if should_full_refresh() %}
                    and current.invocation_id = '{{ invocation_id }}'::text
                    {%- endif %} as is_same
                from ops.current_staged_loads as current
                where current.model = '{{ model_name() }}'::text
            ),

            landed as (
                select
                    ledger.load_id,
                    ledger.records,
                    ledger.period,
                    {{ account }} as account
                from {{ ledger() }} as ledger
                where ledger.source = '{{ table }}'::text
            )

            select
                coalesce(landed.load_id, staged.load_id) as load_id,
                landed.records,
                to_char(
                    coalesce(landed.period, staged.period) at time zone 'UTC'::text,
                    'YYYY-MM-DD HH24:MI:SS.US'::text
                ) as period,
                coalesce(landed.account, staged.account) as account,
                staged.load_id is not null as is_staged,
                landed.load_id is not null as is_landed
            from landed
            full outer join staged on landed.load_id = staged.load_id
            where
                landed.load_id is null
                or staged.load_id is null
                {%- if retypes() %}
                or not staged.is_same
                {%- endif %}
            order by 5 asc, 3 asc, 1 asc
        {%- endset -%}
        {%- set most = var('records_per_transaction', 100000) -%}
        {%- set total = namespace(records=0) -%}
        {%- set gone = [] -%}
        {%- for load_id, records, period, account, is_staged, is_landed
            in run_query(query).rows -%}
            {%- if not is_landed -%}
                {%- do gone.append([load_id, period, account]) -%}
            {%- else -%}
                {%- if is_staged -%}
                    {%- do found.update({'retyped': found.retyped + 1}) -%}
                {%- endif -%}
                {%- set total.records = total.records + records -%}
                {%- if not found.loads or total.records <= most -%}
                    {%- do found.loads.append({
                        'load_id': load_id,
                        'records': records,
                        'period': period,
                        'account': account,
                        'is_retyped': is_staged,
                    }) -%}
                {%- else -%}
                    {%- do found.update({'is_last': false}) -%}
                {%- endif -%}
            {%- endif -%}
        {%- endfor -%}
        {#- What is replaced goes with what replaces it, the rest at the end. -#}
        {%- set replacing = [] -%}
        {%- for load in found.loads -%}
            {%- do replacing.append([load.period, load.account]) -%}
        {%- endfor -%}
        {%- for load_id, period, account in gone
            if found.is_last or [period, account] in replacing -%}
            {%- do found.gone.append(load_id) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}
