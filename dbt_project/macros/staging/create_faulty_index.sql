{% macro create_faulty_index(relation) -%}
    {#-
        An index of the few records that have a fault, by their load: what shows
        them reads nothing else. dbt's config knows no partial index.
    -#}
    {%- if not is_greenplum() -%}
        {%- set name = 'faulty_' ~ local_md5(relation.identifier) -%}
        {%- set found = run_query(
            "select to_regclass('" ~ adapter.quote(relation.schema) ~ "."
            ~ adapter.quote(name) ~ "'::text) is not null"
        ) -%}
        {%- if not found.rows[0][0] -%}
            {%- do run_exclusively(
                relation,
                'create index ' ~ name ~ ' on ' ~ relation.render()
                ~ ' (load_id, record_no) where faulty_record is not null',
            ) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
