{% macro build_table(existing, target, sql) -%}
    {#- All of the table `target` by `sql`, where `existing` may be. -#}
    {%- if existing is none -%}
        {%- call statement('main') -%}
            {{ get_create_table_as_sql(False, target, sql) }}
        {%- endcall -%}
    {%- elif existing.is_table -%}
        {%- do exchange_rows(target, sql) -%}
    {%- else -%}
        {%- do replace_relation(existing, target, sql) -%}
    {%- endif -%}
    {%- do create_indexes(target) -%}
{%- endmacro %}
