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
