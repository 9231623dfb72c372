{% macro calendar_pattern(then='', order='ymd') -%}
    {#-
        A pattern of the days that the calendar has, from the year 1 to 9999,
        followed by `then`: any day of a month that has it in each year, and the
        leap days.
    -#}
    {%- set year =
        '(000[1-9]|00[1-9][0-9]|0[1-9][0-9][0-9]|[1-9][0-9][0-9][0-9])' -%}
    {%- set leap = '([0-9][0-9](0[48]|[2468][048]|[13579][26])|'
        ~ '(0[48]|[2468][048]|[13579][26])00)' -%}
    {%- set days = [
        ('(0[13578]|1[02])', '(0[1-9]|[12][0-9]|3[01])'),
        ('(0[469]|11)', '(0[1-9]|[12][0-9]|30)'),
        ('02', '(0[1-9]|1[0-9]|2[0-8])'),
    ] -%}
    {%- set branches = [] -%}
    {%- if order == 'ymd' -%}
        {%- for month, day in days -%}
            {%- do branches.append(month ~ '-' ~ day) -%}
        {%- endfor -%}
        {%- set pattern = '(' ~ year ~ '-(' ~ branches | join('|') ~ ')|'
            ~ leap ~ '-02-29)' -%}
    {%- else -%}
        {%- for point in ('[.]', '/') -%}
            {%- for month, day in days -%}
                {%- do branches.append(
                    day ~ point ~ month ~ point ~ year
                ) -%}
            {%- endfor -%}
            {%- do branches.append('29' ~ point ~ '02' ~ point ~ leap) -%}
        {%- endfor -%}
        {%- set pattern = '(' ~ branches | join('|') ~ ')' -%}
    {%- endif -%}
    '^{{ pattern }}{{ then }}$'::text
{%- endmacro %}
