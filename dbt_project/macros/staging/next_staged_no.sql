{% macro next_staged_no() -%}
    {#- The number of a new row of the log; the model's lock is held. -#}
    (
        select coalesce(max(numbered.staged_no), 0) + 1
        from ops.staged_loads as numbered
        where numbered.model = '{{ model_name() }}'::text
    )
{%- endmacro %}
