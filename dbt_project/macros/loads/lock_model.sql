{% macro lock_model(name=none, shared=false) -%}
    {#-
        Hold the advisory lock of the model, or of the one that is named, until
        the transaction ends; a shared one lets others share it. Whoever has it
        is waited for, ELT_BUILD_LOCK_TIMEOUT seconds (60) at most, then named.

        A build holds the lock of its model, so two builds of a model exclude
        each other. A mart also shares that of the staging model it is made of:
        nothing types, replaces or drops a load while a mart reads it, and all
        statements of a build see the same loads and records. It does not keep
        an extract from landing: only staging reads what that writes. Advisory
        locks hold on Greenplum, too, where a snapshot would not: it is taken
        for each statement there.
    -#}
    {%- if execute -%}
    {%- set name = name or model_name() -%}
    {%- set seconds = env_var('ELT_BUILD_LOCK_TIMEOUT', '60') | int -%}
    {%- set key -%}
        hashtext('elt'::text), hashtext('{{ name }}'::text)
    {%- endset -%}
    {%- set attempt = 'select pg_try_advisory_xact_lock'
        ~ ('_shared' if shared else '') ~ '(' ~ key ~ ')' -%}
    {%- set held = namespace(mine=false) -%}
    {%- for second in range(seconds + 1) if not held.mine -%}
        {%- if run_query(attempt).rows[0][0] -%}
            {%- set held.mine = true -%}
        {%- else -%}
            {%- if loop.first -%}
                {%- do log(
                    name ~ ' is in use by ' ~ lock_holder(name)
                    ~ '; waiting up to ' ~ seconds ~ ' s', info=true
                ) -%}
            {%- endif -%}
            {%- if second < seconds -%}
                {%- do run_query('select pg_sleep(1)') -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if not held.mine -%}
        {%- do exceptions.raise_compiler_error(
            name ~ ' is still being ' ~ ('staged' if shared else 'built')
            ~ ' by ' ~ lock_holder(name) ~ '; run this again when that has ended'
        ) -%}
    {%- endif -%}
    {%- endif -%}
{%- endmacro %}
