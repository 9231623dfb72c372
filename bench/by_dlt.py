"""Users by dlt's rest_api source, with what it does by default: python -m bench.by_dlt URL PAGES.

DATABASE_URL names the warehouse; the table is ``by_dlt.users``. It needs the group `bench`, and
prints the most memory that it had.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from bench import report


def load(url: str, pages: int, page: int, seed: str, folder: Path) -> None:
    """Load ``pages`` pages of ``page`` users."""
    import dlt
    from dlt.sources.rest_api import rest_api_source

    users: dict[str, Any] = {
        "name": "users",
        "endpoint": {
            "path": "api/1.4/",
            "params": {"seed": seed, "results": page},
            "data_selector": "results",
            "paginator": {
                "type": "page_number",
                "base_page": 1,
                "page_param": "page",
                "total_path": None,
                "maximum_page": pages + 1,
            },
        },
    }
    source = rest_api_source({"client": {"base_url": url}, "resources": [users]})
    pipeline = dlt.pipeline(
        pipeline_name="bench",
        destination=dlt.destinations.postgres(os.environ["DATABASE_URL"]),
        dataset_name="by_dlt",
        pipelines_dir=str(folder / "dlt"),
    )
    pipeline.run(source, write_disposition="replace")


if __name__ == "__main__":
    load(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], Path(sys.argv[5]))
    report.line(str(report.memory("VmHWM")))
