{#
    A unit test with rows in place of a relation asks that relation for its
    columns. By hand, where the relation was never built (not_loaded.sql), the
    test cannot run, and one line says so; `dbt build` makes the relation first,
    so there it runs. A fixture with `format: sql` needs no relation.
#}


{% macro get_fixture_sql(rows, column_name_to_data_types) -%}
    {%- if not column_name_to_data_types and is_tolerant()
        and not load_relation(this) and not was_built(this) -%}
        {{ return("select 'is not there yet'::text as missing") }}
    {%- endif -%}
    {{ return(dbt.get_fixture_sql(rows, column_name_to_data_types)) }}
{%- endmacro %}


{% macro was_built(relation) -%}
    {#- Whether a load was built into the model; here dbt gives no graph. -#}
    {%- if not adapter.get_relation(target.dbname, 'ops', 'built_loads') -%}
        {{ return(false) }}
    {%- endif -%}
    {%- set name = relation.schema ~ "." ~ relation.identifier -%}
    {%- set loads = run_query(
        "select 1 from ops.built_loads as b where b.model = '" ~ name
        ~ "'::text union all select 1 from ops.staged_loads as s where s.model = '"
        ~ name ~ "'::text limit 1"
    ) -%}
    {{ return(loads.rows | length > 0) }}
{%- endmacro %}


{% materialization unit, default -%}
    {%- if 'is not there yet' not in sql -%}
        {{ return(dbt.materialization_unit_default()) }}
    {%- endif -%}
    {%- do log(
        'unit test ' ~ model.name ~ ' did not run: a relation that it gives rows'
        ~ ' for is not built yet; `dbt build` builds it first',
        info=true
    ) -%}
    {%- call statement('main', fetch_result=true) -%}
        select null::text as actual_or_expected where false
    {%- endcall -%}
    {{ return({'relations': []}) }}
{%- endmaterialization %}
