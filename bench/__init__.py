"""Benchmarks: ``python -m bench`` measures the targets, ``python -m bench landing`` one part.

Each module of a benchmark has a ``run()`` that measures, and prints a table. The results are in
RESULTS.md and README.md.
"""
