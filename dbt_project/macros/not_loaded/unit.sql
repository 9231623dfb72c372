{% materialization unit, default -%}
    {%- if 'is not there yet' not in sql -%}
        {{ return(dbt.materialization_unit_default()) }}
    {%- endif -%}
    {%- do log(
        'unit test ' ~ model.name ~ ' did not run: a relation that it gives rows'
        ~ ' for is not built yet; `dbt build` builds it first',
        info=true
    ) -%}
    {%- call statement('main', fetch_result=true) -%}
        select null::text as actual_or_expected where false
    {%- endcall -%}
    {{ return({'relations': []}) }}
{%- endmaterialization %}
