{#
    All that is different on Greenplum. dbt sees the adapter, which is that of
    PostgreSQL for both, so the target's name decides: ELT_DBT_TARGET.

    Where the rows of a table go there: to the segments by a hash of the columns
    that the model's `meta` names as distributed_by, else of its unique_key,
    else at random. Never by the first column, Greenplum's own choice, which
    puts all rows on few segments if it has few values. A primary key has to
    contain these columns.
#}


{% macro is_greenplum() -%}
    {{ return(target.name == 'greenplum') }}
{%- endmacro %}
