{% test unique_combination_of_columns(model, combination_of_columns) %}
    {#- The combination of columns occurs once; named as that of dbt_utils. -#}
    select
        {{ combination_of_columns | join(', ') }},
        count(*) as occurrences
    from {{ model }}
    group by {{ combination_of_columns | join(', ') }}
    having count(*) > 1
{% endtest %}
