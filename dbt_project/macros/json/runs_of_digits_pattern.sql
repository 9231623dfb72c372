{% macro runs_of_digits_pattern(end) -%}
    {#-
        Of a time whose shape is known, with three digits of a second or none:
        two digits or more between the separators, so no separator is where a
        digit should be. A third of the cost of digits_between_pattern, since it
        has few states.
    -#}
    {%- set run = '[0-9][0-9]+' -%}
    '^({{ run }}[-:.T{{ end }}])*{{ run ~ '$' if not end else '$' }}'::text
{%- endmacro %}
