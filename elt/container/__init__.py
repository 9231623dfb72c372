"""The stack in containers: secrets in volumes, databases, Airflow's services, `elt` inside.

What is here runs in the image; `docker-compose.yml` says which container runs what. Modules import
Airflow only where they run it, so that the other commands answer at once.
"""
