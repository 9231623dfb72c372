{#
    The content of a row in one short text, to tell a changed row from one that
    stayed. Independent of the session's DateStyle and TimeZone.
#}


{% macro row_hash(columns) -%}
    {#-
        A hash of `columns`, which are names or, where the text of a value depends
        on the session, {'at': name} of a timestamp with time zone, {'date': name}
        of a date, {'local': name} of a timestamp without.

        PostgreSQL's own 64 bits of a row, which take a quarter of the time of the
        MD5 of its text; that is what Greenplum has. Values are hashed as texts,
        so that 1.0 is not 1.00. Two contents of one key are compared, never
        those of different keys: one change in 2^64 is taken for none.
    -#}
    {%- if is_greenplum() -%}
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
    {%- else -%}
    hash_record_extended(row(
            {%- for column in columns %}
            {% if column is mapping -%}
                {{ column.values() | first }}
            {%- else -%}
                {{ column }}::text
            {%- endif %}{{ ',' if not loop.last }}
            {%- endfor %}
        ), 0)::text
    {%- endif -%}
{%- endmacro %}
