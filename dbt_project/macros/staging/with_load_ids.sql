{% macro with_load_ids(sql, load_ids) -%}
    {#- The compiled `sql` of a staging model for these loads. -#}
    {{ return(sql | replace(
        ':load_ids', load_ids | join(', ') if load_ids else 'null::bigint'
    )) }}
{%- endmacro %}
