{% macro is_tolerant() -%}
    {{ return(env_var('ELT_PIPELINE_TASK', '') == '') }}
{%- endmacro %}
