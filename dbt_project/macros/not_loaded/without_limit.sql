{#
    What no run has loaded yet, as dbt by hand sees it: empty.

    On a warehouse where a source has never been loaded, `dbt build` makes the
    models of that source without rows, tests find nothing to complain about,
    and one line a source says so. Two things keep this from hiding a fault:
    it holds only while the ledger has no load of the source, so a table that is
    lost is an error; and the tasks of Airflow set ELT_PIPELINE_TASK and see no
    such thing at all.
#}


{% macro without_limit(relation) -%}
    {#-
        `--empty` is for tables. A view holds no rows, and one that is made of
        a limited relation would stay empty after the run, for all who read it.
    -#}
    {%- if relation.limit is not none
        and config.get('materialized') == 'view' -%}
        {{ return(api.Relation.create(
            database=relation.database,
            schema=relation.schema,
            identifier=relation.identifier,
        )) }}
    {%- endif -%}
    {{ return(relation) }}
{%- endmacro %}
