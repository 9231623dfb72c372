"""``python -m sample_api``."""

from sample_api.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
