"""Figures in words, for people."""

from __future__ import annotations


def size_words(size: float) -> str:
    """A number of bytes in words, decimal units."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            return f"{size:,.0f} {unit}" if unit == "B" else f"{size:,.1f} {unit}"
        size /= 1000
    return f"{size:,.1f} GB"
