{% macro json_reasons(faults) -%}
    {#- A branch of "case": the reasons of those `faults` that are there. -#}
    when
                    {%- for fault in faults %}
                    {{ 'or ' if not loop.first }}({{ fault.condition }})
                    {%- endfor %}
                    then array_to_string(array[
                        {%- for fault in faults %}
                        case
                            when {{ fault.condition }}
                                then {{ fault.reason }}
                        end{{ ',' if not loop.last }}
                        {%- endfor %}
                    ], '; '::text)
{%- endmacro %}
