"""Users of randomuser.me, each day, into `analytics.users`.

A load is one UTC day. The seed defaults to that day, so a rerun asks for the same people and
replaces what the day had landed; a later day adds people. `users_by_country` sums them up,
`rejected_records` holds what could not be typed, with the reason.
"""

from airflow.sdk import Param

from elt.pipeline import pipeline
from elt.source import PageNumber, Source

# fmt: off
NATIONALITIES = [
    "AU", "BR", "CA", "CH", "DE", "DK", "ES", "FI", "FR", "GB", "IE", "IN", "IR", "MX", "NL", "NO",
    "NZ", "RS", "TR", "UA", "US",
]
# fmt: on

users = Source(
    name="randomuser",
    entity="users",
    conn_id="randomuser_api",
    endpoint="/api/1.4/",
    params={
        "seed": "{{ params.seed or period(dag_run) }}",
        "nat": "{{ (params.nationalities or []) | join(',') | lower }}",
    },
    records_path="results",
    key="login.uuid",
    error_path="error",
    # The source sends passwords in plain text.
    redact=("login.password",),
    pagination=PageNumber(page_param="page", size_param="results", page_size=1000, endless=True),
)

dag = pipeline(
    users,
    dag_id="user_processing",
    limit="{{ params.results | int }}",
    marts=["users", "users_by_country", "rejected_records"],
    params={
        "results": Param(
            1000,
            type="integer",
            minimum=1,
            maximum=1_000_000,
            title="Users",
            description="How many users to load. The source answers 429 past 20,000 in 5 minutes.",
        ),
        "seed": Param(
            None,
            type=["null", "string"],
            pattern="^[A-Za-z0-9_.-]{1,64}$",
            title="Seed",
            description="The same seed gives the same people. Empty: the day, so a rerun agrees.",
        ),
        "nationalities": Param(
            [],
            type=["null", "array"],
            items={"type": "string", "enum": NATIONALITIES},
            examples=NATIONALITIES,
            title="Nationalities",
            description="Only people of these nationalities. Empty: all.",
        ),
    },
    doc=__doc__,
)
