"""Where in an XML document the records are: elements that are repeated, or the only one."""

from __future__ import annotations

from collections import deque
from xml.parsers import expat

from elt.scaffold.infer.lists import NoDataError, NoRecordsError, chosen
from elt.scaffold.infer.places import Path, is_addressable
from elt.scaffold.naming import snake

_DEEPEST = 5
"""Levels of a response that are searched for records."""


class Shape:
    """An element of XML: its children by name, and whether it has more than text."""

    def __init__(self) -> None:
        self.children: dict[str, list[Shape]] = {}
        self.has_attributes = False
        self.values: dict[str, str] = {}
        """Attributes and the texts of children, of the root of a document."""

    @property
    def is_structured(self) -> bool:
        return bool(self.children) or self.has_attributes


def locate(root: Shape, entity: str) -> Path:
    """The place of the elements that are the records. Raises NoRecordsError."""
    repeated: dict[Path, int] = {}
    todo: deque[tuple[Path, Shape]] = deque([((), root)])
    while todo:
        path, shape = todo.popleft()
        for name, children in shape.children.items():
            place = (*path, name)
            if not is_addressable(place):
                continue
            if len(children) > 1 and all(child.is_structured for child in children):
                repeated[place] = repeated.get(place, 0) + len(children)
            elif len(place) < _DEEPEST:
                todo += [(place, child) for child in children]
    if repeated:
        return chosen(repeated, entity)
    return _only_element(root)


def _only_element(root: Shape) -> Path:
    path: Path = ()
    shape = root
    while True:
        structured = [
            (name, child)
            for name, (child, *_) in shape.children.items()
            if child.is_structured and is_addressable((name,))
        ]
        # Further down as long as there is nothing else in it.
        if not structured or (path and (len(shape.children) > 1 or shape.has_attributes)):
            break
        name, shape = structured[0]
        path = (*path, name)
    if not path:
        raise NoRecordsError("the response's XML has no elements with fields below its root")
    if snake(str(path[-1])) in ("error", "errors", "exception", "fault"):
        raise NoRecordsError("the response is an error")
    return path


def shape(text: bytes) -> Shape:
    """The root of a document. Raises NoRecordsError."""
    root = Shape()
    open_ = [root]
    texts: list[str] = []
    parser = expat.ParserCreate("utf-8")

    def start(name: str, attributes: dict[str, str]) -> None:
        element = Shape()
        element.has_attributes = any(not given.startswith("xmlns") for given in attributes)
        if len(open_) > 500:
            raise NoRecordsError("the response is nested too deeply")
        local = name.rpartition(":")[2] or name
        open_[-1].children.setdefault(local, []).append(element)
        open_.append(element)
        texts.clear()
        if len(open_) == 2:
            element.values = {
                f"@{given.rpartition(':')[2]}": value for given, value in attributes.items()
            }

    def end(name: str) -> None:
        open_.pop()
        if len(open_) == 2:
            open_[-1].values.setdefault(name.rpartition(":")[2] or name, "".join(texts).strip())
        texts.clear()

    def refuse(*_: object) -> None:
        raise NoRecordsError("the response has a document type, which is not read")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = texts.append
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(text, True)
    except expat.ExpatError as fault:
        raise NoDataError(f"the response is not XML: {fault}") from None
    (document,) = (child for children in root.children.values() for child in children)
    return document
