{% macro delete_outdated_loads(target, staging) -%}
    {#- Delete the rows of loads that are gone, and of those taken again. -#}
    delete from {{ target }}
    where
        load_id in (select loads.load_id from {{ mart_table('loads') }} as loads)
        {%- if not flags.EMPTY %}
        or load_id not in (
            select staged.load_id
            from ops.current_staged_loads as staged
            where staged.model = '{{ model_name(staging) }}'::text
        )
        {%- endif %}
{%- endmacro %}
