"""What names of ours look like: sources, entities, accounts, connections, columns."""

from __future__ import annotations

import re

SNAKE_CASE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
"""Letters a to z, digits, single underscores; begins with a letter. For ``fullmatch``."""
