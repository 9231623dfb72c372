{% macro postgres__collect_freshness_custom_sql(source, loaded_at_query) -%}
    {{ return(
        freshness_of_nothing(source)
        or default__collect_freshness_custom_sql(source, loaded_at_query)
    ) }}
{%- endmacro %}
