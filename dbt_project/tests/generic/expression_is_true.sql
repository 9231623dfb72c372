{% test expression_is_true(model, expression) %}
    {#- `expression` is false of no row; where it is null it is not asked. -#}
    select *
    from {{ model }}
    where not ({{ expression }})
{% endtest %}
