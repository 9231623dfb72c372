"""HTTP sources into a warehouse, in the order data meets the modules.

``source`` declares, ``fetch`` reads pages, ``decode`` splits them into records, ``landing`` writes
raw tables and the ledger, ``transform`` renders dbt, ``reconcile`` checks the counts, ``lineage``
names assets, ``pipeline`` puts them together as a DAG.
"""
