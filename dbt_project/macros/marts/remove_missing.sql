{% macro remove_missing(key, relation) -%}
    {#-
        Post-hook of an incremental summary: remove the rows whose key the
        relation it sums up has no more. With `--empty` it has none, and
        nothing is removed.
    -#}
    {%- if not flags.EMPTY %}
    delete from {{ this }}
    where {{ key }} not in (
        select r.{{ key }}
        from {{ relation }} as r
        where r.{{ key }} is not null
    )
    {%- endif -%}
{%- endmacro %}
