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
