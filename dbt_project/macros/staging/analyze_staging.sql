{% macro analyze_staging(target, rows) -%}
    {#-
        Tell the planner of `rows` new rows of a staging model, if they are a good
        part of its table: autovacuum does that a minute later, which the marts do
        not wait for, and for a table it knows nothing of the planner loops. Only
        the columns that are searched by.
    -#}
    {%- set found = run_query(
        "select relation.reltuples from pg_catalog.pg_class as relation"
        ~ " where relation.oid = '" ~ target.render() ~ "'::regclass"
    ) -%}
    {%- if rows >= 1000 and found.rows[0][0] < 10 * rows -%}
        {%- do run_query(
            'analyze ' ~ target.render() ~ ' ('
            ~ (
                ['load_id', 'load_period', 'record_no', 'rejection_reason']
                + key_columns(config.get('meta').distributed_by)
            ) | unique | join(', ') ~ ')'
        ) -%}
    {%- endif -%}
{%- endmacro %}
