{% macro lock_for_writing(target) -%}
    {#-
        Wait for whoever keeps `target` from being written, but not for ever, and
        name them. What is locked here is what `delete` locks: readers go on.
        Waiting for rows that somebody has changed and not committed has a limit,
        too; Greenplum locks the whole table for them.
    -#}
    {%- set mode = 'exclusive' if is_greenplum() else 'row exclusive' -%}
    {%- do run_exclusively(
        target,
        'lock table ' ~ target.render() ~ ' in ' ~ mode ~ ' mode',
        [
            'ShareLock',
            'ShareRowExclusiveLock',
            'ExclusiveLock',
            'AccessExclusiveLock',
        ] + (['RowExclusiveLock'] if is_greenplum() else [])
    ) -%}
    {%- if not is_greenplum() -%}
        {%- set patience = env_var('ELT_BUILD_LOCK_TIMEOUT', '60') | int -%}
        {%- set seconds = [1, patience] | max -%}
        {%- do run_query('set local lock_timeout = ' ~ seconds * 1000) -%}
    {%- endif -%}
{%- endmacro %}
