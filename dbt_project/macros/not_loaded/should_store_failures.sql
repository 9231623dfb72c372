{% macro should_store_failures() -%}
    {#- dbt's own, but there is no table to make of what is not there. -#}
    {{ return(dbt.should_store_failures() and not looks_at_nothing()) }}
{%- endmacro %}
