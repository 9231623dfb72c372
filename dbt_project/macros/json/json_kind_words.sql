{% macro json_kind_words(kind) -%}
    {{ return({'object': 'not an object', 'array': 'not a list'}[kind]) }}
{%- endmacro %}
