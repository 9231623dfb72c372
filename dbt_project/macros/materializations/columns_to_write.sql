{% macro columns_to_write(rows, existing, target) -%}
    {#- Those of `target`, after on_schema_change has had its say on `rows`. -#}
    {%- set on_schema_change = incremental_validate_on_schema_change(
        config.get('on_schema_change'), default='ignore'
    ) -%}
    {%- if not (config.get('contract') or {}).enforced -%}
        {%- do adapter.expand_target_column_types(
            from_relation=rows, to_relation=target
        ) -%}
    {%- endif -%}
    {{ return(
        process_schema_changes(on_schema_change, rows, existing)
        or adapter.get_columns_in_relation(existing)
    ) }}
{%- endmacro %}
