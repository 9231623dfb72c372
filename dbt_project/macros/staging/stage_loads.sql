{% macro stage_loads(existing, target, sql) -%}
    {#-
        Make the table `target` of the staging model what the ledger and `sql`
        say: type the loads that it has not, or has by another definition of the
        model; remove those that are gone.

        Group by group, each in a transaction of its own with the rows of
        ops.staged_loads that say so: what is done stays done if the rest is
        interrupted, and the next build goes on from there. New loads come first,
        and a load that replaces another does so within its group. Columns that
        the model has got or lost are altered without emptying the table.

        ELT_RETYPE=never leaves alone what another definition has typed.
    -#}
    {%- set definition = definition_of(sql) -%}
    {%- set state = namespace(
        existing=existing, rows=0, is_done=false, said=false, first=true
    ) -%}
    {%- for _ in range(100000) if not state.is_done -%}
        {#- Each in a transaction, which the lock ends with. -#}
        {%- call statement('begin') -%} select 1 {%- endcall -%}
        {%- do lock_model() -%}
        {%- if state.first -%}
            {%- do require_raw_table() -%}
            {%- do prepare_staging_table(existing, target, sql, definition) -%}
        {%- endif -%}
        {%- set waiting = loads_to_stage(definition, state.first) -%}
        {%- if waiting.retyped and not state.said -%}
            {%- set state.said = true -%}
            {%- do log(
                model_name() ~ ': retyping ' ~ waiting.retyped ~ ' loads: '
                ~ ('--full-refresh' if should_full_refresh()
                    else 'the model has changed'), info=true
            ) -%}
        {%- endif -%}
        {%- if waiting.loads or waiting.gone -%}
            {%- set state.rows = state.rows + stage_group(
                target, sql, definition, waiting
            ) -%}
        {%- endif -%}
        {%- if state.first -%}
            {%- do create_indexes(target) -%}
            {%- do create_faulty_index(target) -%}
        {%- endif -%}
        {%- do analyze_staging(target, state.rows) -%}
        {%- set state.first = false -%}
        {%- set state.is_done = waiting.is_last -%}
        {%- if not state.is_done -%}
            {%- do adapter.commit() -%}
        {%- endif -%}
    {%- endfor -%}
    {%- call noop_statement(
        'main', 'INSERT 0 ' ~ state.rows, 'INSERT', state.rows
    ) -%}
        {{ sql }}
    {%- endcall -%}
{%- endmacro %}
