{% macro run_exclusively(relation, sql, conflicting_modes=none) -%}
    {#-
        Run `sql`, which wants a lock on `relation` that somebody else may hold,
        without making others wait for long: whoever asks for the table while
        this waits stands in the queue behind it. So it waits a second at most,
        lets the others pass for two, and tries again, for
        ELT_BUILD_LOCK_TIMEOUT seconds (60). Then it fails and names who holds
        the lock. `conflicting_modes` are the lock modes that stand in the way,
        as pg_locks has them; by default all of them.
    -#}
    {%- set patience = env_var('ELT_BUILD_LOCK_TIMEOUT', '60') | int -%}
    {%- set attempts = 1 + patience // 3 -%}
    {%- set attempt_sql -%}
        do $elt_exclusively$
        declare
            former text := current_setting('lock_timeout'::text);
        begin
            perform set_config('lock_timeout'::text, '1s'::text, false);
            begin
                execute $elt_statement${{ sql }}$elt_statement$;
                perform set_config('elt.was_run'::text, 'yes'::text, false);
            exception
                when lock_not_available or deadlock_detected then
                    perform set_config('elt.was_run'::text, 'no'::text, false);
            end;
            perform set_config('lock_timeout'::text, former, false);
        end
        $elt_exclusively$
    {%- endset -%}
    {%- set state = namespace(done=false, holders='') -%}
    {%- for attempt in range(attempts) -%}
        {%- if not state.done -%}
            {%- if attempt > 0 -%}
                {%- do run_query('select pg_sleep(2)') -%}
            {%- endif -%}
            {%- do run_query(attempt_sql) -%}
            {%- set result = run_query(
                "select current_setting('elt.was_run'::text)"
            ) -%}
            {%- set state.done = result.rows[0][0] == 'yes' -%}
            {%- if not state.done -%}
                {%- set state.holders = lock_holders(
                    relation, conflicting_modes
                ) -%}
                {%- if attempt == 0 and attempts > 1 -%}
                    {%- do log(
                        relation.schema ~ '.' ~ relation.identifier
                        ~ ' is in use by ' ~ state.holders
                        ~ '; trying again for up to ' ~ patience ~ ' s',
                        info=true
                    ) -%}
                {%- endif -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if not state.done -%}
        {%- do exceptions.raise_compiler_error(
            relation.schema ~ '.' ~ relation.identifier
            ~ ' cannot be changed while it is in use by ' ~ state.holders
            ~ '. Nothing was changed. End that transaction (commit or roll back'
            ~ ' there, or pg_terminate_backend(pid) as a superuser) and run'
            ~ ' this again; ELT_BUILD_LOCK_TIMEOUT is how many seconds to try.'
        ) -%}
    {%- endif -%}
{%- endmacro %}
