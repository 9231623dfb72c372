{#
    The content of a row in one short text, to tell a changed row from one that
    stayed. Independent of the session's DateStyle and TimeZone.
#}


{% macro row_hash(columns) -%}
    {#-
        MD5 of `columns`, which are names or, where the text of a value depends
        on the session, {'at': name} of a timestamp with time zone, {'date': name}
        of a date, {'local': name} of a timestamp without.
    -#}
    md5(row(
            {%- for column in columns %}
            {% if column is not mapping -%}
                {{ column }}
            {%- elif 'at' in column -%}
                to_char(
                {{ column['at'] }} at time zone 'UTC'::text,
                'YYYY-MM-DD HH24:MI:SS.US'::text
            )
            {%- elif 'date' in column -%}
                to_char({{ column['date'] }}, 'YYYY-MM-DD'::text)
            {%- else -%}
                to_char(
                {{ column['local'] }}, 'YYYY-MM-DD HH24:MI:SS.US'::text
            )
            {%- endif %}{{ ',' if not loop.last }}
            {%- endfor %}
        )::text)
{%- endmacro %}
