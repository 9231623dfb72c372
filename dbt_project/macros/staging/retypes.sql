{% macro retypes() -%}
    {#- Whether loads that another definition has typed are typed again. -#}
    {%- set wish = env_var('ELT_RETYPE', 'always') -%}
    {%- if wish not in ('always', 'never') -%}
        {%- do exceptions.raise_compiler_error(
            'ELT_RETYPE is "' ~ wish ~ '"; it may be "always" or "never".'
        ) -%}
    {%- endif -%}
    {{ return(wish == 'always') }}
{%- endmacro %}
