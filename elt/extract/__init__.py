"""The records of a source, page by page, into a spool on disk; without Airflow."""
