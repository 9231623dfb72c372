{% macro postgres__create_table_as(temporary, relation, sql) -%}
    {%- if not is_greenplum() -%}
        {{ return(dbt.postgres__create_table_as(temporary, relation, sql)) }}
    {%- endif -%}
    {%- set contract = config.get('contract') -%}
    {{ config.get('sql_header') or '' }}
    create {{ 'temporary' if temporary }} table {{ relation }}
    {%- if contract.enforced %}
    {{ get_assert_columns_equivalent(sql) }}
    {%- endif -%}
    {%- if contract.enforced and not temporary %}
    {{ get_table_columns_and_constraints() }}
    {{ distributed_by_config() }};
    insert into {{ relation }} (
        {{ adapter.dispatch('get_column_names', 'dbt')() }}
    )
    (
        {{ get_select_subquery(sql) }}
    );
    {%- else %}
    as (
        {{ sql }}
    )
    {{ distributed_by_config() }};
    {%- endif -%}
{%- endmacro %}
