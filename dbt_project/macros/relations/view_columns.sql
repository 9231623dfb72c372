{% macro view_columns(relation) -%}
    array(
        select
            attname::text || ' '::text || format_type(atttypid, atttypmod)
        from pg_attribute
        where attrelid = '{{ relation.render() }}'::regclass and attnum > 0
        order by attnum
    )
{%- endmacro %}
