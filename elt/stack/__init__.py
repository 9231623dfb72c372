"""What the embedded stack and the one in containers share: secrets, Airflow's configuration, words.

Nothing here knows where a stack runs; `elt.local` and `elt.container` do.
"""
