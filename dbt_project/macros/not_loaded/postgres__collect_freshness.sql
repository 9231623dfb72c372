{#
    `dbt source freshness` of a source that was never loaded (macros/not_loaded/):
    no error, since nothing is late before the first load, but a warning if the
    source has a rule that can give one.
#}


{% macro postgres__collect_freshness(source, loaded_at_field, filter) -%}
    {{ return(
        freshness_of_nothing(source)
        or default__collect_freshness(source, loaded_at_field, filter)
    ) }}
{%- endmacro %}
