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


{% macro content_of(fields) -%}
    {#- The columns of from_json's `fields`, as row_hash takes them. -#}
    {%- set types = json_types() -%}
    {%- set columns = [] -%}
    {%- for column, path, type in fields -%}
        {%- set hashed_as = types[type].hashed_as -%}
        {%- do columns.append(
            {hashed_as: column} if hashed_as else column
        ) -%}
    {%- endfor -%}
    {{ return(columns) }}
{%- endmacro %}


{% macro user_content(renamed={}) -%}
    {#-
        What a user consists of: all columns of the mart but those of the load.
        Ages move with the calendar and are none of them. `renamed` maps names
        of staging to those of another relation.
    -#}
    {%- set columns = [] -%}
    {%- for name in [
        'user_id',
        'national_id',
        'national_id_name',
        'gender',
        'title',
        'first_name',
        'last_name',
        'street_name',
        'city',
        'state',
        'country',
        'postcode',
        'timezone_offset',
        'timezone_description',
        'email',
        'username',
        'password_digest',
        'phone',
        'cell',
        'picture_large_url',
        'picture_medium_url',
        'picture_thumbnail_url',
        'nationality',
        'street_number',
        'latitude',
        'longitude',
    ] -%}
        {%- do columns.append(renamed.get(name, name)) -%}
    {%- endfor -%}
    {%- for name in ['born_at', 'registered_at'] -%}
        {%- do columns.append({'at': renamed.get(name, name)}) -%}
    {%- endfor -%}
    {{ return(columns) }}
{%- endmacro %}
