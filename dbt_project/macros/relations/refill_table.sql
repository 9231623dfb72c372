{% macro refill_table(existing, others, sql) -%}
    {#-
        Exchange the rows of the table `existing`, which the model would make a
        view of, had not `others` been made of it: PostgreSQL can't turn the one
        into the other. It becomes a view as soon as they are gone.
    -#}
    {%- do require_owner(existing) -%}
    {%- do exceptions.warn(
        existing.schema ~ '.' ~ existing.identifier ~ ' stays a table, filled by'
        ~ ' each build of it, since ' ~ others | join(' and ')
        ~ (' depends' if others | length == 1 else ' depend') ~ ' on it. It'
        ~ ' becomes a view when the owner has dropped that; it can be made again'
        ~ ' then.'
    ) -%}
    {%- do exchange_rows(existing, sql) -%}
{%- endmacro %}
