"""What the project adds to Airflow's UI, behind its login: "Data" and dbt's documentation."""
