{% macro check_accounts(staging, key) -%}
    {#-
        Stop if the key of a mart leaves the account out, and staging has loads
        of accounts: equal keys of two of them would be taken for one row.
    -#}
    {%- if 'account' not in key_columns(key) -%}
        {%- set loads = run_query(
            "select staged.source from ops.current_staged_loads as staged"
            ~ " where staged.model = '" ~ staging ~ "'::text"
            ~ " and staged.account <> ''::text limit 1"
        ) -%}
        {%- if loads.rows -%}
            {%- do exceptions.raise_compiler_error(
                model_name() ~ ': ' ~ loads.rows[0][0] ~ ' is loaded for several'
                ~ ' accounts, so `account` must be a part of the key, which is '
                ~ key_columns(key) | join(', ') ~ ' (docs/sources.md).'
            ) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
