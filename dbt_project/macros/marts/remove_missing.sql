{% macro remove_missing(key, relation) -%}
    {#-
        Post-hook of an incremental summary: remove the rows whose key the
        relation it sums up has no more. With `--empty` it has none, and
        nothing is removed.
    -#}
    {%- if not flags.EMPTY %}
    delete from {{ this }}
    where {{ key }} not in (
        select kept.{{ key }}
        from {{ relation }} as kept
        where kept.{{ key }} is not null
    )
    {%- endif -%}
{%- endmacro %}
