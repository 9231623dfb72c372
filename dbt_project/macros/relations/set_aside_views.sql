{% macro views_to_set_aside(relation, columns=none) -%}
    {#-
        The views of this project that PostgreSQL would drop with `relation`, or
        with some of its columns, the last made first. Whatever else depends on
        it, or on them, is an error.
    -#}
    {%- set own = [] -%}
    {%- for node in graph.nodes.values() -%}
        {%- if node.resource_type == 'model'
            and node.config.materialized == 'view' -%}
            {%- do own.append(api.Relation.create(
                database=node.database,
                schema=node.schema,
                identifier=node.alias,
                type='view'
            )) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set views = [] -%}
    {%- do find_views_on(relation, columns, own, views) -%}
    {%- do refuse_dependents(relation, columns, but=views) -%}
    {%- for view in views -%}
        {%- do refuse_dependents(view, but=views) -%}
    {%- endfor -%}
    {{ return(views) }}
{%- endmacro %}


{% macro find_views_on(relation, columns, own, views) -%}
    {#- Append to `views` those of `own` on `relation`, the last made first. -#}
    {%- for words, view_schema, view_name in dependents(relation, columns) -%}
        {%- if not is_view_among(views, view_schema, view_name) -%}
            {%- for view in own -%}
                {%- if [view.schema, view.identifier] == [
                    view_schema, view_name
                ] -%}
                    {%- do find_views_on(view, none, own, views) -%}
                    {%- do views.append(view) -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}


{% macro set_aside_views(views) -%}
    {#- Drop `views`; what is returned is for restore_views. -#}
    {%- set aside = [] -%}
    {%- for view in views -%}
        {%- set definition = run_query(
            "select pg_get_viewdef('" ~ view.render() ~ "'::regclass)"
        ).rows[0][0] -%}
        {%- do aside.insert(0, {
            'view': view,
            'definition': definition,
            'grants': read_grants(view),
        }) -%}
        {%- do adapter.drop_relation(view) -%}
    {%- endfor -%}
    {{ return(aside) }}
{%- endmacro %}


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
