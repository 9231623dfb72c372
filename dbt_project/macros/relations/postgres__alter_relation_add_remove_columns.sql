{% macro postgres__alter_relation_add_remove_columns(
    relation, add_columns=none, remove_columns=none
) -%}
    {%- set changes = [] -%}
    {%- for column in add_columns or [] -%}
        {%- do changes.append(
            'add column ' ~ column.quoted ~ ' ' ~ column.expanded_data_type
        ) -%}
    {%- endfor -%}
    {%- for column in remove_columns or [] -%}
        {%- do changes.append('drop column ' ~ column.quoted) -%}
    {%- endfor -%}
    {%- if changes -%}
        {%- do require_owner(relation) -%}
        {%- if remove_columns -%}
            {%- do refuse_dependents(
                relation, remove_columns | map(attribute='name') | list
            ) -%}
        {%- endif -%}
        {%- do run_exclusively(
            relation,
            'alter table ' ~ relation.render() ~ ' ' ~ changes | join(', ')
        ) -%}
    {%- endif -%}
{%- endmacro %}
