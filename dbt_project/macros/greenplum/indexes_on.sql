{% macro indexes_on(columns) -%}
    {#-
        The config `indexes` for an index on `columns`; none on Greenplum, where
        the statement that dbt makes of it is not understood.
    -#}
    {{ return([] if is_greenplum() else [{'columns': columns}]) }}
{%- endmacro %}
