{#
    What `on_schema_change` alters in a table that is built on: without dbt's
    `cascade`, which also drops others' views of the column.
#}


{% macro postgres__alter_column_type(
    relation, column_name, new_column_type
) -%}
    {%- do require_owner(relation) -%}
    {%- do refuse_dependents(relation, [column_name]) -%}
    {%- set column = adapter.quote(column_name) -%}
    {%- set sql -%}
        alter table {{ relation.render() }} alter column {{ column }}
        type {{ new_column_type }} using {{ column }}::{{ new_column_type }}
    {%- endset -%}
    {%- do run_exclusively(relation, sql) -%}
{%- endmacro %}
