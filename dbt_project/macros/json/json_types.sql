{#
    The types that from_json gives, all there is to know of each in one place:

    data_type   of the column, as a contract names it (numeric with its schema,
                since dbt warns of one without precision)
    words       what a value that does not fit is not
    hashed_as   how row_hash takes the column: 'at', 'local' or 'date' where its
                text depends on the session
    is_text     '' is a value; of all others it is null, like one that is missing
    guards      tried in this order: `test` of TEXT, and the `cast` that cannot
                fail then. `casts` says where: 'native' on a server that has
                pg_input_is_valid, 'patterns' on others, none on all.

    All servers take the same texts for the same values, whichever guard finds
    it: tests/integration/test_types.py compares them. The native ones are for
    the form that nearly all values have; what they leave, the patterns decide.
    Which is the cheapest was measured (docs/types.md); PostgreSQL's regular
    expressions are slow where each character has a state of its own, hence
    "like" for the shape.

    docs/types.md has the table of what is accepted.
#}


{% macro json_types() -%}
    {%- set zone = '(Z|[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?)' -%}
    {%- set uuid_shape =
        "TEXT like '________-____-____-____-____________'::text" -%}
    {%- set integer_guards = {} -%}
    {%- for type, least, most in [
        ('integer', '-2147483648', '2147483647'),
        ('bigint', '-9223372036854775808', '9223372036854775807'),
    ] -%}
        {%- do integer_guards.update({type: [
            {
                'casts': 'native',
                'test': "case
                        when pg_input_is_valid(TEXT, '" ~ type ~ "'::text)
                            then TEXT::" ~ type ~ "::text = TEXT
                        else false
                    end",
                'cast': 'TEXT::' ~ type,
            },
            {
                'casts': none,
                'test': "case
                        when
                            TEXT ~ '^[-+]?[0-9]+([.]0+)?$'::text
                            and length(TEXT) <= 40
                            then
                                TEXT::numeric
                                between " ~ least ~ " and " ~ most ~ "
                        else false
                    end",
                'cast': 'TEXT::numeric::' ~ type,
            },
        ]}) -%}
    {%- endfor -%}
    {%- set number_guards = {} -%}
    {%- for type, point, cast in [
        ('numeric', '[.]', 'TEXT::numeric'),
        ('numeric_comma', ',', "replace(TEXT, ','::text, '.'::text)::numeric"),
    ] -%}
        {%- set digits = '^[-+]?[0-9]+(' ~ point ~ '[0-9]+)?' -%}
        {%- set guards = [] -%}
        {%- for exponent in ('', '[eE][-+]?[0-9][0-9]?') -%}
            {%- do guards.append({
                'casts': none,
                'test': "TEXT ~ '" ~ digits ~ exponent ~ "$'::text
                    and length(TEXT) <= 1000",
                'cast': cast,
            }) -%}
        {%- endfor -%}
        {%- do number_guards.update({type: guards}) -%}
    {%- endfor -%}
    {%- set moment_guards = {} -%}
    {%- for type, end in [('timestamp', ''), ('timestamptz', 'Z')] -%}
        {%- set shape = '____-__-__T__:__:__' -%}
        {%- do moment_guards.update({type: [
            {
                'casts': 'native',
                'test': "(
                        (
                            TEXT like '" ~ shape ~ ".___" ~ end ~ "'::text
                            or TEXT like '" ~ shape ~ end ~ "'::text
                        )
                        and TEXT ~ " ~ runs_of_digits_pattern(end) ~ "
                        or TEXT like '" ~ shape ~ "._%" ~ end ~ "'::text
                        and octet_length(TEXT) <= 60
                        and TEXT ~ " ~ digits_between_pattern(end) ~ "
                    )
                    and TEXT not like '___________24%'::text
                    and TEXT not like '_________________60%'::text
                    and pg_input_is_valid(TEXT, '" ~ type ~ "'::text)",
                'cast': 'TEXT::' ~ type,
            },
            {
                'casts': none,
                'test': "TEXT ~ " ~ calendar_pattern(
                        clock_pattern() ~ (zone if end else '')
                    ) ~ "
                    and length(TEXT) <= 60",
                'cast': 'TEXT::' ~ type,
            },
        ]}) -%}
    {%- endfor -%}
    {%- set day = "(right(TEXT, 4) || '-'::text || substr(TEXT, 4, 2)"
        ~ " || '-'::text || left(TEXT, 2))" -%}
    {{ return({
        'text': {
            'data_type': 'text',
            'words': 'not text',
            'hashed_as': none,
            'is_text': true,
            'guards': [],
        },
        'uuid': {
            'data_type': 'uuid',
            'words': 'not a uuid',
            'hashed_as': none,
            'is_text': false,
            'guards': [
                {
                    'casts': none,
                    'test': uuid_shape ~ "
                    and TEXT not like '%-%-%-%-%-%'::text
                    and TEXT !~ '[^0-9a-fA-F-]'::text",
                    'cast': 'TEXT::uuid',
                },
            ],
        },
        'boolean': {
            'data_type': 'boolean',
            'words': 'not a boolean',
            'hashed_as': none,
            'is_text': false,
            'guards': [{
                'casts': none,
                'test': "TEXT in (
                        'true'::text, 'false'::text, '1'::text, '0'::text
                    )",
                'cast': 'TEXT::boolean',
            }],
        },
        'integer': {
            'data_type': 'integer',
            'words': 'not an integer',
            'hashed_as': none,
            'is_text': false,
            'guards': integer_guards['integer'],
        },
        'bigint': {
            'data_type': 'bigint',
            'words': 'not an integer',
            'hashed_as': none,
            'is_text': false,
            'guards': integer_guards['bigint'],
        },
        'numeric': {
            'data_type': 'pg_catalog.numeric',
            'words': 'not a number',
            'hashed_as': none,
            'is_text': false,
            'guards': number_guards['numeric'],
        },
        'numeric_comma': {
            'data_type': 'pg_catalog.numeric',
            'words': 'not a number',
            'hashed_as': none,
            'is_text': false,
            'guards': number_guards['numeric_comma'],
        },
        'date': {
            'data_type': 'date',
            'words': 'not a date',
            'hashed_as': 'date',
            'is_text': false,
            'guards': [
                {
                    'casts': 'native',
                    'test': "TEXT like '____-__-__'::text
                    and TEXT not like '%-%-%-%'::text
                    and TEXT !~ '[^0-9-]'::text
                    and pg_input_is_valid(TEXT, 'date'::text)",
                    'cast': 'TEXT::date',
                },
                {
                    'casts': 'patterns',
                    'test': "TEXT ~ " ~ calendar_pattern() ~ "
                    and length(TEXT) = 10",
                    'cast': 'TEXT::date',
                },
            ],
        },
        'date_dmy': {
            'data_type': 'date',
            'words': 'not a date',
            'hashed_as': 'date',
            'is_text': false,
            'guards': [
                {
                    'casts': 'native',
                    'test': "(
                        TEXT like '__.__.____'::text
                        or TEXT like '__/__/____'::text
                    )
                    and TEXT !~ '[^0-9./]'::text
                    and octet_length(
                        translate(TEXT, './'::text, ''::text)
                    ) = 8
                    and pg_input_is_valid" ~ day[:-1] ~ ", 'date'::text)",
                    'cast': day ~ '::date',
                },
                {
                    'casts': 'patterns',
                    'test': "TEXT ~ " ~ calendar_pattern(order='dmy') ~ "
                    and length(TEXT) = 10",
                    'cast': day ~ '::date',
                },
            ],
        },
        'timestamp': {
            'data_type': 'timestamp without time zone',
            'words': 'not a timestamp',
            'hashed_as': 'local',
            'is_text': false,
            'guards': moment_guards['timestamp'],
        },
        'timestamptz': {
            'data_type': 'timestamp with time zone',
            'words': 'not a timestamp with time zone',
            'hashed_as': 'at',
            'is_text': false,
            'guards': moment_guards['timestamptz'],
        },
        'jsonb': {
            'data_type': 'jsonb',
            'words': 'not JSON',
            'hashed_as': none,
            'is_text': true,
            'guards': [],
        },
    }) }}
{%- endmacro %}
