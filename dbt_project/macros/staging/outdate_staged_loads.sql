{% macro outdate_staged_loads(load_ids=none) -%}
    {#- Log that the model has dropped these loads, by default all it has. -#}
    {%- do run_query(
        "insert into ops.staged_loads"
        ~ " select staged.model, " ~ next_staged_no() ~ ", staged.load_id,"
        ~ " staged.source, staged.account, staged.period, 0, 0, 0,"
        ~ " staged.definition, true, '" ~ invocation_id ~ "'::text, now()"
        ~ " from ops.current_staged_loads as staged"
        ~ " where staged.model = '" ~ model_name() ~ "'::text"
        ~ (
            " and staged.load_id in (" ~ load_ids | join(', ') ~ ")"
            if load_ids is not none else ""
        )
    ) -%}
{%- endmacro %}
