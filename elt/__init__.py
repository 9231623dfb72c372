"""HTTP sources into a warehouse: a room for each step, in the order data meets them.

``source`` declares, ``http`` asks, ``extract`` reads pages and splits them into records, ``load``
writes raw tables and the ledger, ``transform`` renders dbt, ``reconcile`` checks the counts,
``airflow`` has what Airflow calls, ``pipeline`` puts them together as a DAG. docs/architecture.md
says what each may know of the others.
"""

from elt import former_names

former_names.install()
