{% macro postgres__apply_grants(
    relation, grant_config, should_revoke=true
) -%}
    {#-
        dbt's `grants` gives rights and takes none: dbt's own way revokes, from
        the second run on, whatever else was granted, by hand or by the default
        privileges of the role for readers.
    -#}
    {%- if grant_config -%}
        {%- set current = adapter.standardize_grants_dict(
            run_query(get_show_grant_sql(relation))
        ) -%}
        {%- set missing = diff_of_two_dicts(grant_config, current) -%}
        {%- set statements = get_dcl_statement_list(
            relation, missing, get_grant_sql
        ) -%}
        {%- if statements -%}
            {%- do call_dcl_statements(statements) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
