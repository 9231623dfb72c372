{% macro replace_relation(
    existing, target, sql, name='main', keeps_former=false
) -%}
    {#-
        Make the table or view `target` in place of `existing`, which is of
        another kind, with the rights on it. PostgreSQL can't turn one into the
        other, so what others have made of it is an error; with `keeps_former`,
        a view that they read is kept for them (keep_former_view).
    -#}
    {%- do require_owner(existing) -%}
    {%- set others = foreign_dependents(existing) if keeps_former else [] -%}
    {%- set views = [] if others else views_to_set_aside(existing) -%}
    {%- set grants = read_grants(existing) -%}
    {%- if target.is_table -%}
        {#- Before the drop, which locks readers out until the commit. -#}
        {%- set built = make_intermediate_relation(target) -%}
        {%- do drop_relation_if_exists(load_cached_relation(built)) -%}
        {%- call statement(name) -%}
            {{ get_create_table_as_sql(False, built, sql) }}
        {%- endcall -%}
        {%- set aside = set_aside_views(views) -%}
        {%- if others -%}
            {%- do keep_former_view(existing, others) -%}
        {%- else -%}
            {%- do adapter.drop_relation(existing) -%}
        {%- endif -%}
        {%- do adapter.rename_relation(built, target) -%}
    {%- else -%}
        {%- set aside = set_aside_views(views) -%}
        {%- do adapter.drop_relation(existing) -%}
        {%- call statement(name) -%}
            {{ get_create_view_as_sql(target, sql) }}
        {%- endcall -%}
    {%- endif -%}
    {%- do restore_grants(target, grants) -%}
    {%- do restore_views(aside) -%}
{%- endmacro %}
