{% macro postgres__rename_relation(from_relation, to_relation) -%}
    {#- Without waiting long for readers: see run_exclusively. -#}
    {%- do run_exclusively(
        from_relation,
        'alter table ' ~ from_relation.render() ~ ' rename to '
        ~ adapter.quote_as_configured(to_relation.identifier, 'identifier')
    ) -%}
{%- endmacro %}
