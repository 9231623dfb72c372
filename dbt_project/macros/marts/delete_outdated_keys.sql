{% macro delete_outdated_keys(target, key) -%}
    {#- Delete the rows that are written anew, and those of vanished keys. -#}
    delete from {{ target }} as mart
    using (
        select {{ key_list(key, 'latest') }}
        from {{ mart_table('latest') }} as latest
        where latest.is_written and latest.is_known
        union all
        select {{ key_list(key, 'vanished') }}
        from {{ mart_table('vanished') }} as vanished
    ) as outdated
    where {{ same_key(key, 'mart', 'outdated') }}
{%- endmacro %}
