"""Locations of rickandmortyapi.com, each day, into `analytics.locations`.

Airflow loads all there is on a day, page after page as the answers link them. `top_locations` has
the three with most residents of each day.
"""

from elt.pipeline import pipeline
from elt.source import NextLink, Source

locations = Source(
    name="rickandmorty",
    entity="locations",
    conn_id="rickandmorty_api",
    endpoint="/api/location",
    records_path="results",
    key="id",
    error_path="error",
    pagination=NextLink(next_url_path="info.next", total_path="info.count"),
    rejected_share=0.1,
)

dag = pipeline(
    locations,
    dag_id="locations",
    marts=["locations", "top_locations", "rejected_locations"],
    doc=__doc__,
)
