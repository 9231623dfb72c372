"""One HTTP client, without Airflow: session, login, rate limit, retries, redaction."""
