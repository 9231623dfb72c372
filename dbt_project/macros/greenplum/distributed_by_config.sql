{% macro distributed_by_config() -%}
    {#- The same for the table of the model or seed being built. -#}
    {{ distributed_by(
        (config.get('meta') or {}).get('distributed_by')
        or config.get('unique_key')
    ) }}
{%- endmacro %}
