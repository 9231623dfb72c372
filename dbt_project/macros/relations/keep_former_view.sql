{% macro keep_former_view(existing, others) -%}
    {#-
        Give the view `existing`, whose name a table is to take, another name, for
        `others`, which were made of it: PostgreSQL lets them follow, so they go
        on showing what they did. It reads raw, as its model did, and costs
        nothing while nobody asks; the page Data lists it among what no model
        makes.
    -#}
    {%- set former = existing.incorporate(
        path={'identifier': existing.identifier ~ '__former'}
    ) -%}
    {%- if load_cached_relation(former) -%}
        {%- do refuse_dependents(existing) -%}
    {%- endif -%}
    {%- do adapter.rename_relation(existing, former) -%}
    {%- do exceptions.warn(
        existing.schema ~ '.' ~ existing.identifier ~ ' is a table now. The view'
        ~ ' that it was is kept as ' ~ former.identifier ~ ' for '
        ~ others | join(' and ') ~ ': let the owner read the table instead, then'
        ~ ' drop ' ~ former.schema ~ '.' ~ former.identifier ~ '.'
    ) -%}
{%- endmacro %}
