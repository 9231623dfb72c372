"""Benchmarks: ``python -m bench`` runs them all, ``python -m bench landing`` one.

Each module has a ``run()`` that measures, and prints a table. The last results are in README.md.
"""
