"""``python -m elt.local.sample_api``."""

from elt.local.sample_api.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
