{% macro seed_without_rows(node) -%}
    (
        select
        {%- for name, type in node.config.column_types.items() %}
            null::{{ type }} as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
        where false
    ) as {{ node.alias }}
{%- endmacro %}
