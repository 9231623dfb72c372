{% macro distributed_by(columns) -%}
    {#- What "create table" ends with; nothing but on Greenplum. -#}
    {%- if is_greenplum() -%}
        {%- if columns is string -%}
            distributed by ({{ columns }})
        {%- elif columns -%}
            distributed by ({{ columns | join(', ') }})
        {%- else -%}
            distributed randomly
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
