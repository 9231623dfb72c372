{% macro remove_missing(key, relation) -%}
    {#-
        Post-hook of an incremental summary: remove the rows whose key the
        relation it sums up has no more.
    -#}
    delete from {{ this }}
    where {{ key }} not in (
        select r.{{ key }}
        from {{ relation }} as r
        where r.{{ key }} is not null
    )
{%- endmacro %}
