"""dbt models as tasks of Airflow: lineage, results, freshness, the catalog."""
