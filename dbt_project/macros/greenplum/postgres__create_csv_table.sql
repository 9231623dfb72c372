{% macro postgres__create_csv_table(model, agate_table) -%}
    {%- set sql = create_seed_table_sql(this, model, agate_table) -%}
    {%- call statement('_') -%}
        {{ sql }}
    {%- endcall -%}
    {{ return(sql) }}
{%- endmacro %}
