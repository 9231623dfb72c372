"""How the tables of a warehouse are: fresh, complete, built. No Airflow; `elt status` reads it."""
