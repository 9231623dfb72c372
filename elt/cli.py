"""The `elt` command of whichever stack this machine runs."""

from __future__ import annotations

import os


def main() -> int:
    """Run the command; its exit code. The image sets ELT_CONTAINER."""
    if os.environ.get("ELT_CONTAINER"):
        from elt.container.cli import main as of_container

        return of_container()
    from elt.local.cli import main as of_clone

    return of_clone()
