"""Benchmarks: ``python -m bench`` measures the targets, ``python -m bench landing`` one part.

Each module of a benchmark has a ``run()`` that measures, and prints a table. Results are in RESULTS.md
and README.md.
"""
