{#
    A seed that did not change writes no row: dbt's own way empties the table
    and fills it again, in every run. A new column of the file is added.
#}


{% macro postgres__reset_csv_table(
    model, full_refresh, old_relation, agate_table
) -%}
    {%- if full_refresh -%}
        {%- do refresh_seed_table(model, old_relation, agate_table) -%}
    {%- endif -%}
    {%- do follow_columns(old_relation, agate_table) -%}
    {%- if agate_table.rows | length == 0 and not flags.EMPTY -%}
        {#- dbt loads no file without rows. -#}
        {%- do run_query('delete from ' ~ old_relation.render()) -%}
    {%- endif -%}
    {{ return('-- compared when loaded') }}
{%- endmacro %}
