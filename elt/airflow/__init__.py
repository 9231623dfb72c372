"""What Airflow calls: hook, sensor, operators, timetable, retries, notes."""
