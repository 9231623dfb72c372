{#
    A seed that did not change writes no row: dbt's own way empties the table
    and fills it again, in every run. A new column of the file is added.
#}


{% macro postgres__reset_csv_table(
    model, full_refresh, old_relation, agate_table
) -%}
    {%- if full_refresh -%}
        {%- do refresh_seed_table(model, old_relation, agate_table) -%}
    {%- endif -%}
    {%- do follow_columns(old_relation, agate_table) -%}
    {%- if agate_table.rows | length == 0 and not flags.EMPTY -%}
        {#- dbt loads no file without rows. -#}
        {%- do run_query('delete from ' ~ old_relation.render()) -%}
    {%- endif -%}
    {{ return('-- compared when loaded') }}
{%- endmacro %}


{% macro follow_columns(table, agate_table) -%}
    {#-
        Give `table` the columns that the file has and it lacks, and take those
        that the file no longer has: what dbt wants --full-refresh for, which
        would drop the table and all views on it.
    -#}
    {%- set quotes = model.config.get('quote_columns') -%}
    {%- set types = model.config.get('column_types') or {} -%}
    {%- set wanted = {} -%}
    {%- for name in agate_table.column_names -%}
        {%- do wanted.update({name if quotes else name | lower: [
            adapter.quote_seed_column(name, quotes),
            types.get(name, adapter.convert_type(agate_table, loop.index0)),
        ]}) -%}
    {%- endfor -%}
    {%- set there = [] -%}
    {%- for column in adapter.get_columns_in_relation(table) -%}
        {%- do there.append(column.name) -%}
        {%- if column.name not in wanted -%}
            {%- do log(table ~ ': ' ~ column.name ~ ' is dropped, since'
                ~ ' the file has no such column', info=true) -%}
            {%- do run_query(
                'alter table ' ~ table.render() ~ ' drop column '
                ~ column.quoted
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for name, column in wanted.items() if name not in there -%}
        {%- do log(table ~ ': ' ~ name ~ ' is new in the file', info=true) -%}
        {%- do run_query(
            'alter table ' ~ table.render() ~ ' add column '
            ~ (column | join(' '))
        ) -%}
    {%- endfor -%}
{%- endmacro %}


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
