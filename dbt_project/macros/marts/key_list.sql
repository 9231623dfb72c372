{% macro key_list(key, relation, suffix='') -%}
    {#- The columns of the key in `relation`, each followed by `suffix`. -#}
    {%- for column in key_columns(key) -%}
        {{ relation }}.{{ column }}{{ suffix }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
