"""The templates of the files, which lie beside this module."""

from __future__ import annotations

import re
from pathlib import Path

_FOLDER = Path(__file__).with_name("templates")
_PLACE = re.compile(r"<<(\w+)>>")


def fill(name: str, **texts: str) -> str:
    """The template ``name`` with a text in each of its places, written ``<<place>>``.

    What a text holds is not looked at again. Raises KeyError for a place without a text.
    """
    template = (_FOLDER / f"{name}.tmpl").read_text(encoding="utf-8")
    return _PLACE.sub(lambda match: texts[match[1]], template)
