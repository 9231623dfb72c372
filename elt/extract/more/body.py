"""Signs of more in what a document has around its records."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from elt.extract.more.counts import is_size
from elt.extract.more.names import STRONG, Meaning, is_around, meaning, names, squashed, words
from elt.extract.more.sign import Kind, Sign, is_link, number, said, target_of
from elt.source.place import Place, Step, plain, steps

Role = Literal["around", "counts", "other"]
"""Of an object: it is there to tell of the records, or of their number only, or for anything."""

_DEEPEST = 6
_FIELDS = 2_000
"""Fields of an object that are looked at: of more, the first and the last ones."""
_AROUND, _OTHERS = 500, 200
"""Objects that are looked at, those nearer to the root first."""
_LINKS = 50

_MONEY = names("amount balance currency discount price subtotal tax vat")
_QUOTAS = names("reset resetat quota used")
_PAGE = names("current currentpage currentpagenumber number page pageindex pagenumber pagenum")
_BESIDE_PAGES = _PAGE | names(
    "count limit next nextpage offset pagesize perpage prev previous size total totalcount"
    " totalitems totalrecords totalresults"
)
_BESIDE_SIZE = _BESIDE_PAGES | names("done nextrecordsurl")
_FLAGS = names(
    "hasmore hasnext hasnextpage more next nextpage nextcursor islast endofstream islastpage"
)
_ONE_SIDED = names("exceeded incomplete is limit overflow partial result results truncated")
"""First words of flags that, where they are false, do not say that there is no next page."""
_OF_ALL = names("total found matched filtered")
"""Words of totals; a mere ``count`` may be that of the page."""
_RELATION = ("rel", "@rel", "relation", "@relation")


@dataclass(frozen=True)
class Found:
    """The signs in a document; ``says_all`` says that the document itself denies that there is
    more: ``next`` is null, ``has_more`` is false; or that it is one record."""

    signs: tuple[Sign, ...] = ()
    says_all: bool = False


def in_body(
    outline: Mapping[Any, Any],
    records: Place | None = None,
    size: int = 0,
    *,
    nouns: Collection[str] = (),
    sent: Mapping[str, Any] | None = None,
    is_one: bool = False,
) -> Found:
    """The signs in what a document has around its records.

    ``outline`` is the document without them (fields and items by name and index), ``records`` where
    they are, ``size`` how many there are. ``nouns`` are words for the records: ``totalUsers``.
    ``sent`` are the parameters of the request: a cursor that comes back as it was sent is no next
    one, and a count that comes back is the size of a page. ``is_one``: the document is a record.

    >>> in_body({"meta": {"next": "/a?page=2", "count": 10}}, "data", 10).signs[0].place
    'meta.next'
    >>> in_body({"next": None, "previous": "/a"}, "data", 10)
    Found(signs=(), says_all=True)
    """
    way = () if records is None else steps(records)
    known = frozenset(form for noun in nouns for form in _forms(noun))
    look = _Look(way, size, known, sent or {}, is_one=is_one)
    look.through(outline)
    return look.found()


def says_none(outline: Mapping[Any, Any]) -> bool:
    """Whether what is around the records says that there are none: a total of 0.

    >>> says_none({"meta": {"total": 0}}), says_none({"count": 0}), says_none({"data": {}})
    (True, True, False)
    """
    # A count equal to the number of records on the page is not given back: no page has -1.
    signs = in_body(outline, size=-1).signs
    return any(sign.counts == 0 for sign in signs if sign.kind == "total")


class _Look:
    def __init__(
        self,
        way: tuple[Step, ...],
        size: int,
        nouns: frozenset[str],
        sent: Mapping[str, Any],
        *,
        is_one: bool,
    ) -> None:
        self._way = way
        self._size = size
        self._nouns = nouns
        # A parameter that occurs twice has a list of values.
        pairs = [
            (name, one)
            for name, value in sent.items()
            for one in (value if isinstance(value, list | tuple) else [value])
        ]
        self._sent = frozenset(str(value) for _, value in pairs)
        self._sizes = frozenset(number(value) for name, value in pairs if is_size(name))
        self._is_one = is_one
        self._todo: deque[tuple[Mapping[Any, Any], tuple[Step, ...], Role]] = deque()
        self._left: dict[Role, int] = {"around": _AROUND, "counts": _AROUND, "other": _OTHERS}
        self._signs: list[Sign] = []
        self._says_all = is_one
        self._is_denied = False

    def found(self) -> Found:
        """What was found; a flag that there is no more holds for links and cursors, too."""
        signs = self._signs
        if self._is_denied and not any(sign.kind == "more" for sign in signs):
            signs = [sign for sign in signs if sign.kind not in ("link", "cursor")]
        return Found(tuple(signs), self._says_all)

    def through(self, outline: Mapping[Any, Any]) -> None:
        """Look at a document."""
        self._todo.append((outline, (), "around"))
        while self._todo:
            self._at(*self._todo.popleft())

    def _at(self, fields: Mapping[Any, Any], at: tuple[Step, ...], role: Role) -> None:
        """Look at the fields of an object."""
        items = ends(fields.items(), _FIELDS)
        beside = {squashed(name) for name, _ in items if isinstance(name, str)}
        for name, value in items:
            if isinstance(name, str) and (what := self._meaning(name, role)) is not None:
                self._judge(what, name, value, (*at, name), beside)
            if isinstance(value, Mapping):
                self._below(name, value, (*at, name), role)
            elif isinstance(value, list) and self._way[: len(at) + 1] == (*at, name):
                # Of XML: the elements that hold the records are several.
                for one in value[:_LINKS]:
                    if isinstance(one, Mapping):
                        self._below(name, one, (*at, name), role)

    def _meaning(self, name: str, role: Role) -> Meaning | None:
        what = meaning(name, self._nouns)
        if what is None:
            return None
        if role == "counts":
            return what if what in ("total", "pages") else None
        if role == "around" and (not self._is_one or what == "links"):
            return what
        return what if squashed(name) in STRONG else None

    def _below(self, name: Step, value: Any, at: tuple[Step, ...], role: Role) -> None:
        """Look at an object, too, when its turn comes."""
        if role == "counts" or len(at) > _DEEPEST:
            return
        what = meaning(name) if isinstance(name, str) else None
        if isinstance(name, int) or self._way[: len(at)] == at:
            role = "around"
        elif role == "around" and what in ("next", "cursor", "total"):
            # What is in a link or a cursor was judged with it.
            role = "around" if what == "cursor" and is_around(name) else "counts"
        elif role == "other" or not is_around(name):
            if self._is_one or _has_records(value):
                return
            role = "other"
        if self._left[role] > 0:
            self._left[role] -= 1
            self._todo.append((value, at, role))

    def _judge(
        self, what: Meaning, name: str, value: Any, at: tuple[Step, ...], beside: set[str]
    ) -> None:
        match what:
            case "links":
                self._links(value, at)
            case "next" | "cursor":
                self._next(what, value, at, beside)
            case "more":
                self._flag(value, at, denies=words(name)[0] not in _ONE_SIDED)
            case "last":
                self._last(value, at)
            case "total":
                self._total(name, value, at, beside)
            case "pages":
                self._pages(name, value, at, beside)
            case "remaining":
                count = number(text_of(value))
                is_known = squashed(name) != "remaining" or beside & _BESIDE_PAGES
                if count is not None and is_known and not beside & _QUOTAS:
                    self._flag(count, at, denies=True)

    def _links(self, value: Any, at: tuple[Step, ...]) -> None:
        """Links in a list, each with its relation: ``[{"rel": "next", "href": …}]``."""
        items = value if isinstance(value, list) else [value]
        for index, link in enumerate(items[:_LINKS]):
            if not isinstance(link, Mapping):
                continue
            relation = next((link[key] for key in _RELATION if key in link), None)
            if isinstance(relation, str) and "next" in relation.lower().split():
                place = (*at, index) if isinstance(value, list) else at
                if (target := target_of(link)) is not None:
                    self._signs.append(Sign("link", f"{plain(at)} next", said(target), at=place))

    def _next(self, what: Meaning, value: Any, at: tuple[Step, ...], beside: set[str]) -> None:
        if value is True or (isinstance(value, str) and value.lower() == "true"):
            self._signs.append(Sign("more", plain(at), "true", at=at))
            return
        if what == "cursor" and not _is_next(at, value, beside):
            return
        target = target_of(value)
        if target is None:
            self._says_all = self._says_all or what == "next"
        elif target not in self._sent or number(target) is not None:
            kind: Kind = "link" if is_link(target) else "cursor"
            self._signs.append(Sign(kind, plain(at), said(target), at=at))

    def _flag(self, value: Any, at: tuple[Step, ...], *, denies: bool) -> None:
        """Something that is true where there is more, or the number of what there is."""
        value = _flag_of(value)
        if value is True or (number(value) or 0) > 0:
            shown = "true" if value is True else str(value)
            self._signs.append(Sign("more", plain(at), shown, at=at))
        elif value is False or number(value) == 0:
            self._says_all = self._says_all or denies
            self._is_denied = self._is_denied or denies
        elif isinstance(value, str) and is_link(value):
            self._signs.append(Sign("link", plain(at), said(value), at=at))

    def _last(self, value: Any, at: tuple[Step, ...]) -> None:
        """Something that is false where there is more; numbers and links are something else."""
        flag = _flag_of(value)
        if flag is False:
            self._signs.append(Sign("more", plain(at), "false", at=at))
        elif flag is True:
            self._says_all = self._is_denied = True

    def _total(self, name: str, value: Any, at: tuple[Step, ...], beside: set[str]) -> None:
        is_bound = False
        if isinstance(value, Mapping) and "value" in value:
            # Elasticsearch: {"value": 10000, "relation": "gte"}.
            is_bound = value.get("relation") not in (None, "eq")
            value = value["value"]
        count = number(text_of(value))
        of = {*words(name)}
        if (
            count is None
            or beside & _MONEY
            or (of == {"total", "size"} and not (beside & _BESIDE_SIZE))
        ):
            return
        if squashed(name) == "recordstotal" and "recordsfiltered" in beside:
            # DataTables: of all there are, and of those that were asked for.
            return
        holder = squashed(str(at[-2])) if len(at) > 1 else ""
        if holder == "pages" or (count < self._size and (holder == "page" or beside & _PAGE)):
            # Fewer than there are on this page: it counts pages.
            if of <= {"total", "count"}:
                self._signs.append(Sign("pages", plain(at), str(count), count, at))
            return
        if not of & _OF_ALL and (count == self._size or count in self._sizes):
            # It counts this page, or what was asked for: nothing is said about others.
            return
        self._says_all = self._says_all or not is_bound
        self._signs.append(Sign("total", plain(at), str(count), count, at, None, is_bound))

    def _pages(self, name: str, value: Any, at: tuple[Step, ...], beside: set[str]) -> None:
        if isinstance(_flag_of(value), bool):
            if squashed(name) == "lastpage":
                self._last(value, at)
            return
        count = number(text_of(value))
        if count is None or (squashed(name) == "pages" and not beside & _BESIDE_PAGES):
            return
        if squashed(name) == "pagecount" and count == self._size and _has_total(beside):
            # It counts the records of this page.
            return
        self._says_all = True
        self._signs.append(Sign("pages", plain(at), str(count), count, at))


def ends(items: Collection[Any], most: int) -> Sequence[Any]:
    """Not more than ``most`` of ``items``, the first and the last ones.

    >>> ends(range(9), 4)
    [0, 1, 7, 8]
    """
    found = list(items)
    return found if len(found) <= most else found[: most // 2] + found[-(most // 2) :]


def text_of(value: Any) -> Any:
    """A value, or the text of an element of XML that has attributes, too."""
    return value["#text"] if isinstance(value, Mapping) and "#text" in value else value


def _flag_of(value: Any) -> Any:
    """True or false, also as text; anything else as it is."""
    value = text_of(value)
    known = value.strip().lower() if isinstance(value, str) else value
    if known in ("true", "yes"):
        return True
    return False if known in ("false", "no") else value


def _is_next(at: tuple[Step, ...], value: Any, beside: set[str]) -> bool:
    """Whether a cursor that may be that of the present page is that of the next one."""
    name = squashed(str(at[-1]))
    if name in ("continue", "continuation"):
        return True
    if isinstance(value, Mapping) or number(value) is not None:
        return False
    if name == "offset":
        # A number is where this page begins; a text is Airtable's next page.
        return isinstance(value, str) and any(map(str.isalpha, value))
    if name == "after" and len(at) > 1 and squashed(str(at[-2])) == "cursors":
        # Facebook: the last page has one, too, and no paging.next.
        return False
    return not beside & _FLAGS


def _has_records(value: Mapping[Any, Any]) -> bool:
    """Whether an object holds a list of objects, and so has pages of its own."""
    return any(
        isinstance(one, list) and one and isinstance(one[0], Mapping) for one in value.values()
    )


def _has_total(beside: set[str]) -> bool:
    return any(name.startswith("total") for name in beside)


def _forms(noun: str) -> Iterator[str]:
    for word in words(noun)[-1:]:
        yield from (word, f"{word}s", word.removesuffix("s"))
