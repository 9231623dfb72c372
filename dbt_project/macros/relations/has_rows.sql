{% macro has_rows(target, rows, columns) -%}
    {#- Whether the table `target` has exactly the rows of `rows`. -#}
    {%- set query %}
        select not exists (
            (
                select row({{ columns }})::text from {{ target }}
                except all
                select row({{ columns }})::text from {{ rows }}
            )
            union all
            (
                select row({{ columns }})::text from {{ rows }}
                except all
                select row({{ columns }})::text from {{ target }}
            )
        ) as is_same
    {%- endset -%}
    {{ return(run_query(query).rows[0][0]) }}
{%- endmacro %}
