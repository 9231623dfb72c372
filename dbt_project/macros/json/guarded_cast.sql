{% macro guarded_cast(text, guards, casts) -%}
    {#-
        `text` cast by the first of `guards` (json_types) whose test it passes,
        null if it passes none. `casts` is what soft_casts gives.
    -#}
    case
                {%- for guard in guards if guard.casts in (none, casts) %}
                when
                    {{ guard.test | replace('TEXT', text) }}
                    then {{ guard.cast | replace('TEXT', text) }}
                {%- endfor %}
            end
{%- endmacro %}
