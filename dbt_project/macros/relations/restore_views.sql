{% macro restore_views(aside) -%}
    {#-
        Create the views that set_aside_views has dropped, with their rights. One
        that no longer fits is left to its own model, which comes later in a
        build of everything.
    -#}
    {%- for entry in aside -%}
        {%- set attempt_sql -%}
            do $elt_restore$
            begin
                execute $elt_statement$create view {{ entry.view }} as {{
                    entry.definition
                }}$elt_statement$;
                perform set_config('elt.was_run'::text, 'yes'::text, false);
            exception
                when others then
                    perform set_config('elt.was_run'::text, 'no'::text, false);
            end
            $elt_restore$
        {%- endset -%}
        {%- do run_query(attempt_sql) -%}
        {%- if run_query(
            "select current_setting('elt.was_run'::text)"
        ).rows[0][0] == 'yes' -%}
            {%- do restore_grants(entry.view, entry.grants) -%}
            {%- do adapter.cache_added(entry.view) -%}
        {%- else -%}
            {%- do exceptions.warn(
                entry.view.schema ~ '.' ~ entry.view.identifier
                ~ ' was dropped, since it used what is gone: build its model'
                ~ ' (dbt run -s ' ~ entry.view.identifier ~ ')'
            ) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}
