"""The embedded stack: PostgreSQL, Airflow and a sample API on loopback, and the `elt` command.

Nothing here imports Airflow or dbt: those run in processes of their own, so that `elt status`
answers at once.
"""
