"""``python -m elt.sample_api``."""

from elt.sample_api.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
