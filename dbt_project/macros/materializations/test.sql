{#
    dbt's test, but a table of failures that is there gets other rows, and is
    not dropped with the rights on it.
#}


{% materialization test, adapter='postgres' %}
    {%- set sql_header = config.get('sql_header')
        if flags.REQUIRE_SQL_HEADER_IN_TEST_CONFIGS else none -%}
    {%- set failing = get_limit_subquery_sql(sql, config.get('limit')) -%}
    {%- set relations = [] -%}

    {%- if should_store_failures() -%}
        {%- set kind = config.get('store_failures_as') or 'table' -%}
        {%- if kind not in ('table', 'view') -%}
            {%- do exceptions.raise_compiler_error(
                "'" ~ kind ~ "' is not a valid value for `store_failures_as`;"
                ~ " accepted values are 'ephemeral', 'table' and 'view'"
            ) -%}
        {%- endif -%}
        {%- set existing = adapter.get_relation(
            database=database, schema=schema, identifier=model['alias']
        ) -%}
        {%- set target = api.Relation.create(
            database=database,
            schema=schema,
            identifier=model['alias'],
            type=kind
        ) -%}
        {%- if existing is none -%}
            {%- call statement('failures') -%}
                {{ sql_header or '' }}
                {{ get_create_sql(target, failing) }}
            {%- endcall -%}
        {%- elif existing.type != kind -%}
            {%- do replace_relation(existing, target, failing, 'failures') -%}
        {%- elif kind == 'table' -%}
            {%- do exchange_rows(target, failing, 'failures') -%}
        {%- else -%}
            {%- do replace_view(target, failing, 'failures') -%}
        {%- endif -%}
        {%- do relations.append(target) -%}
        {%- set failing = 'select * from ' ~ target -%}
        {{ adapter.commit() }}
    {%- endif -%}

    {%- call statement('main', fetch_result=True) -%}
        {{ sql_header or '' }}
        {{ get_test_sql(
            failing,
            config.get('fail_calc'),
            config.get('warn_if'),
            config.get('error_if'),
            limit=none
        ) }}
    {%- endcall -%}

    {{ return({'relations': relations}) }}
{% endmaterialization %}
