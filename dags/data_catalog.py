"""What the warehouse holds, for dbt's documentation in the UI, after each load of users.

It is scheduled on an asset: whenever `user_processing` has built `marts.users`, that asset has an
event, and this DAG runs. A DAG of your own hangs on ours in the same way.

### When a task fails

| task | it failed because | do |
|---|---|---|
| `refresh_catalog` | the warehouse is down; the log has dbt's words | clear it: the old one stays |
"""

from airflow.sdk import DAG

from elt.pipeline import default_args
from elt.transform import catalog, lineage

with DAG(
    "data_catalog",
    schedule=[lineage.mart("users")],
    catchup=False,
    # Loads that end meanwhile share the next run.
    max_active_runs=1,
    tags=["catalog"],
    doc_md=__doc__,
    default_args=default_args("data-platform"),
) as dag:
    catalog.refresh("refresh_catalog")
