{% macro postgres__load_csv_rows(model, agate_table) -%}
    {%- set columns = get_seed_column_quoted_csv(
        model, agate_table.column_names
    ) -%}
    {%- do run_query(
        'create temporary table seeded (like ' ~ this ~ ') on commit drop '
        ~ distributed_by_config()
    ) -%}
    {%- for batch in agate_table.rows | batch(get_batch_size()) -%}
        {%- set bindings = [] -%}
        {%- set row_sql = '(' ~ (
            ['%s'] * (agate_table.column_names | length)
        ) | join(', ') ~ ')' -%}
        {%- for row in batch -%}
            {%- do bindings.extend(row) -%}
        {%- endfor -%}
        {%- do adapter.add_query(
            'insert into seeded (' ~ columns ~ ') values '
            ~ ([row_sql] * (batch | length)) | join(', '),
            bindings=bindings,
            abridge_sql_log=True
        ) -%}
    {%- endfor -%}
    {%- set sql -%}
        delete from {{ this }} as t
        where not exists (
            select 1 from seeded as s
            where row(s.*)::text = row(t.*)::text
        );
        insert into {{ this }} ({{ columns }})
        select {{ columns }} from seeded
        except
        select {{ columns }} from {{ this }}
    {%- endset -%}
    {%- do adapter.add_query(sql, abridge_sql_log=True) -%}
    {{ return('-- seeded ' ~ this) }}
{%- endmacro %}
