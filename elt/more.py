"""Signs of more: what a response says about records that it does not hold.

They are known by name and by shape, whatever is declared of the source, in what a document has
around its records, in headers, and in counts. Where an extract ends and the last signs say that
there is more than it has, it is not whole: `unfollowed`.

What stands in the records themselves is data, and so are the fields of a document that is one
record, but for the few names that mean nothing else. In the objects around the records, weak names
(``next``, ``total``, ``count``, ``done``) count where the records lie and in objects that are there
for it (``meta``, ``pagination``, ``links``); strong ones (``next_cursor``, ``hasNextPage``)
anywhere but beside another list.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

import msgspec

from elt.place import Place, Step, plain, steps
from elt.signs import STRONG, Meaning, is_around, meaning, names, squashed, words

if TYPE_CHECKING:
    from elt.decode import Document

Kind = Literal["link", "cursor", "more", "total", "pages", "full", "partial"]

_DEEPEST = 6
_FIELDS = 10_000
"""Fields of a document that are looked at."""
_LINKS = 50
_MOST_DIGITS = 18
_ENDS = 1_000
"""Characters of a header that are read."""
SIZES = names(
    "batchsize count first itemsperpage length limit max maxitems maxresults maxrecords most num"
    " numrows pagelength pagelimit pagesize per perpage recordsperpage results resultsperpage"
    " resultrecordcount resultspage rows size take top itemcount maxkeys hitsperpage pagecount"
    " maxreturn srlimit aplimit limitto"
)
"""Parameters that take the records in a page, without blanks, signs and capitals."""
_MONEY = names("amount balance currency discount price subtotal tax vat")
_TRUE = (True, 1, "1", "true", "yes", "y")
_FALSE = (False, 0, "0", "false", "no", "n")


@dataclass(frozen=True)
class Sign:
    """Something in a response that says that there is more, or how much there is in all.

    ``place`` names it for people, and is what `ignore_signs_of_more` takes: ``meta.next``,
    ``@odata.nextLink``, ``header Link``, ``parameter limit``; ``said`` is its value, cut, without
    secrets. ``counts`` is how many records (``total``, ``full``) or pages (``pages``) it says there
    are. ``at`` is where in the document it stands, ``header`` in which header.
    """

    kind: Kind
    place: str
    said: str
    counts: int | None = None
    at: tuple[Step, ...] | None = None
    header: str | None = None
    is_lower_bound: bool = False

    def says_more(self, received: int, page: int) -> bool:
        """Whether there is more than ``received`` records in ``page`` pages.

        >>> Sign("total", "meta.total", "30", 30).says_more(30, 3)
        False
        >>> Sign("pages", "pages", "3", 3).says_more(20, 2)
        True
        """
        if self.kind == "total":
            return self.counts is not None and self.counts > received
        if self.kind == "pages":
            return self.counts is not None and self.counts > page
        return True

    @property
    def is_count(self) -> bool:
        """Whether it holds for all pages, so that a later page that lacks it takes nothing back."""
        return self.kind in ("total", "pages")

    @property
    def words(self) -> str:
        """What it says, in a clause: ``'has_more' is true``."""
        if self.kind == "full":
            return f"it gave {self.said}, as many as {self.place} asks for"
        bound = "at least " if self.is_lower_bound else ""
        return f"{self.place!r} is {bound}{self.said}"

    def encoded(self) -> dict[str, Any]:
        """The sign as JSON keeps it.

        >>> decoded(Sign("pages", "0.pages", "3", 3, (0, "pages")).encoded()).at
        (0, 'pages')
        """
        return {name: value for name, value in asdict(self).items() if value not in (None, False)}


def decoded(fields: Mapping[str, Any]) -> Sign:
    """The sign that `Sign.encoded` wrote. Raises TypeError for other fields."""
    at = fields.get("at")
    return Sign(**{**fields, "at": None if at is None else tuple(at)})


def unfollowed(
    signs: Iterable[Sign],
    received: int,
    page: int,
    ignored: Collection[str] = (),
    *,
    has_end: bool = False,
) -> Sign | None:
    """The first sign that there is more than an extract has at its end; None: it has all.

    ``signs`` are those of the last response (and counts of those before: `carried`), ``received``
    counts the records of all pages, ``page`` the pages. ``ignored`` are places of signs that are
    declared to lie. ``has_end`` says that the declared pagination has come to an end that the
    source itself names (no next link), so that a page that is exactly full proves nothing.

    >>> more = Sign("more", "has_more", "true"), Sign("total", "count", "30", 30)
    >>> unfollowed(more, 10, 1).place
    'has_more'
    >>> unfollowed(more, 10, 1, ["has_more"]).place, unfollowed(more[1:], 30, 3)
    ('count', None)
    """
    for sign in signs:
        if sign.place in ignored or (has_end and sign.kind == "full"):
            continue
        if sign.says_more(received, page):
            return sign
    return None


def carried(before: Iterable[Sign], now: Iterable[Sign]) -> tuple[Sign, ...]:
    """The signs of a page, and the counts of those before it that it does not repeat.

    >>> total = Sign("total", "count", "30", 30)
    >>> carried([total, Sign("more", "more", "true")], []) == (total,)
    True
    """
    found = tuple(now)
    places = {sign.place for sign in found}
    return (*found, *(sign for sign in before if sign.is_count and sign.place not in places))


def error(sign: Sign, received: int) -> str:
    """What to say of an extract that leaves a sign unfollowed, and what to do."""
    return (
        f"the response says that there is more than the {received:,} records that were fetched:"
        f" {sign.words}; declare a pagination that follows it, or, where it says so without more"
        f" records, ignore_signs_of_more=({sign.place!r},)"
    )


@dataclass(frozen=True)
class Found:
    """The signs in a document; ``says_all`` says that the document itself denies that there is
    more: ``next`` is null, ``has_more`` is false, or there is a total."""

    signs: tuple[Sign, ...] = ()
    says_all: bool = False


def in_body(
    outline: Mapping[Any, Any],
    records: Place | None = None,
    size: int = 0,
    *,
    nouns: Collection[str] = (),
    sent: Collection[str] = (),
    is_one: bool = False,
) -> Found:
    """The signs in what a document has around its records.

    ``outline`` is the document without them (fields and items by name and index), ``records`` where
    they are, ``size`` how many there are. ``nouns`` are words for the records: ``totalUsers``.
    ``sent`` are the values of the request's parameters: a cursor that comes back as it was sent is
    no next one. ``is_one``: the document is a record.

    >>> in_body({"meta": {"next": "/a?page=2", "count": 10}}, "data", 10).signs[0].place
    'meta.next'
    >>> in_body({"next": None, "previous": "/a"}, "data", 10)
    Found(signs=(), says_all=True)
    """
    way = () if records is None else steps(records)
    known = frozenset(form for noun in nouns for form in _forms(noun))
    look = _Look(way, size, known, frozenset(sent), is_one)
    look.at(outline, (), "around")
    return look.found()


def in_headers(headers: Mapping[str, str], status: int = 200) -> tuple[Sign, ...]:
    """The signs in the headers of a response, and in its status.

    >>> [sign.place for sign in in_headers({"Link": '<?p=2>; rel="next"', "X-Total-Count": "30"})]
    ['header Link', 'header X-Total-Count']
    >>> in_headers({"Content-Range": "items 0-9/30", "X-Next-Page": ""}, 206)[0].counts
    30
    """
    # It imports requests, which the DAG processor has no use for.
    from elt.links import links_by_relation

    found: list[Sign] = []
    has_range = False
    for name, value in headers.items():
        low = name.lower()
        place = f"header {name}"
        text = value.strip()[:_ENDS]
        if low == "link":
            if link := links_by_relation(value).get("next"):
                found.append(Sign("link", place, _said(link), header=name))
        elif low == "content-range":
            total = text.rpartition("/")[2].strip()
            if (count := number(total)) is not None and not text.lower().startswith("bytes"):
                has_range = True
                found.append(Sign("total", place, text[:60], count, header=name))
        elif low == "x-pagination" and text.startswith("{"):
            found += _in_json(value, place, name)
        elif _is_of_pages(low):
            found += _in_header(name, place, text)
    if status == 206 and not has_range:
        found.append(Sign("partial", "status 206", "Partial Content"))
    return tuple(found)


def in_count(size: int, params: Mapping[str, Any], *, says_all: bool) -> tuple[Sign, ...]:
    """The sign that a page has exactly as many records as were asked for, where nothing denies it.

    >>> in_count(100, {"per_page": "100"}, says_all=False)[0].place
    'parameter per_page'
    >>> in_count(99, {"per_page": "100"}, says_all=False)
    ()
    """
    if size == 0 or says_all:
        return ()
    return tuple(
        Sign("full", f"parameter {name}", f"{size} records", size)
        for name, value in params.items()
        if is_size(name) and number(value) == size
    )[:1]


def in_response(
    document: Document, params: Mapping[str, Any], headers: Mapping[str, str], status: int = 200
) -> tuple[Sign, ...]:
    """All signs of a response: of its document, its headers, and its size.

    ``params`` are the query parameters of its request.
    """
    signs = (*document.signs, *in_headers(headers, status))
    says_all = document.says_all or any(sign.is_count for sign in signs)
    return (*signs, *in_count(len(document.records), params, says_all=says_all))


def is_size(param: str) -> bool:
    """Whether a parameter is known to take the records in a page.

    >>> [is_size(param) for param in ("per_page", "$top", "page[size]", "maxResults", "city")]
    [True, True, True, True, False]
    """
    return squashed(param) in SIZES


def number(value: Any) -> int | None:
    """A number of records or pages, as a number or as text; None of what is none.

    >>> number("30"), number(30), number("30.00"), number(True), number(-1)
    (30, 30, None, None, None)
    """
    if isinstance(value, str):
        text = value.strip()
        if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS:
            return int(text)
    elif isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**_MOST_DIGITS:
        return value
    return None


def says_none(outline: Mapping[Any, Any]) -> bool:
    """Whether what is around the records says that there are none: a total of 0.

    >>> says_none({"meta": {"total": 0}}), says_none({"data": {}})
    (True, False)
    """
    return any(sign.counts == 0 for sign in in_body(outline).signs if sign.kind == "total")


class _Look:
    def __init__(
        self,
        way: tuple[Step, ...],
        size: int,
        nouns: frozenset[str],
        sent: frozenset[str],
        is_one: bool,
    ) -> None:
        self._way = way
        self._size = size
        self._nouns = nouns
        self._sent = sent
        self._is_one = is_one
        self._left = _FIELDS
        self._signs: list[Sign] = []
        self._says_all = False
        self._is_denied = False

    def found(self) -> Found:
        """What was found; a flag that there is no more holds for links and cursors."""
        signs = self._signs
        if self._is_denied and not any(sign.kind == "more" for sign in signs):
            signs = [sign for sign in signs if sign.kind not in ("link", "cursor")]
        return Found(tuple(signs), self._says_all)

    def at(
        self, fields: Mapping[Any, Any], at: tuple[Step, ...], role: Literal["around", "other"]
    ) -> None:
        """Look at the fields of an object; ``around``: it is there to say it."""
        beside = {squashed(name) for name in islice(fields, _FIELDS) if isinstance(name, str)}
        below: list[tuple[Step, Any]] = []
        for name, value in fields.items():
            self._left -= 1
            if self._left < 0:
                return
            what = meaning(name, self._nouns) if isinstance(name, str) else None
            if what is not None and (role == "around" or squashed(name) in STRONG):
                if self._is_one and squashed(name) not in STRONG and what != "links":
                    what = None
                else:
                    self._judge(what, name, value, (*at, name), beside)
            if isinstance(value, Mapping):
                below.append((name, value))
            elif isinstance(value, list) and what is None:
                # Elements of XML that hold the records may be several.
                is_on_way = self._way[: len(at) + 1] == (*at, name)
                below += [(name, one) for one in value[:_LINKS] if is_on_way and _is_object(one)]
        if len(at) < _DEEPEST:
            for name, value in below:
                self._below(name, value, (*at, name), role)

    def _below(
        self, name: Step, value: Any, at: tuple[Step, ...], role: Literal["around", "other"]
    ) -> None:
        if (
            isinstance(name, int)
            or self._way[: len(at)] == at
            or (role == "around" and (is_around(name) or meaning(name) in _OBJECTS))
        ):
            self.at(value, at, "around")
        elif not self._is_one and not any(isinstance(one, list) and one for one in value.values()):
            self.at(value, at, "other")

    def _judge(
        self, what: Meaning, name: str, value: Any, at: tuple[Step, ...], beside: set[str]
    ) -> None:
        match what:
            case "links":
                self._links(value, at)
            case "next" | "cursor":
                self._next(what, value, at, beside)
            case "more":
                self._flag(value, at, says_more=True, denies=words(name)[0] not in _ONE_SIDED)
            case "last":
                self._flag(value, at, says_more=False, denies=True)
            case "total":
                self._total(name, value, at, beside)
            case "pages":
                if isinstance(value, bool) or str(value).lower() in ("true", "false"):
                    if squashed(name) == "lastpage":
                        self._flag(value, at, says_more=False, denies=True)
                elif (count := number(text_of(value))) is not None and (
                    squashed(name) != "pages" or beside & _BESIDE_PAGES
                ):
                    self._add(Sign("pages", plain(at), str(count), count, at))
            case "remaining":
                count = number(text_of(value))
                is_known = squashed(name) != "remaining" or beside & _BESIDE_PAGES
                if count is not None and is_known and not beside & _OF_QUOTAS:
                    self._flag(bool(count), at, says_more=True, denies=True)

    def _add(self, sign: Sign) -> None:
        self._signs.append(sign)

    def _links(self, value: Any, at: tuple[Step, ...]) -> None:
        """Links in a list, each with its relation: ``[{"rel": "next", "href": …}]``."""
        items = value if isinstance(value, list) else [value]
        for index, link in enumerate(items[:_LINKS]):
            if not _is_object(link):
                continue
            relation = next((link[key] for key in _RELATION if key in link), None)
            if isinstance(relation, str) and "next" in relation.lower().split():
                target = _target(link)
                if target:
                    place = (*at, index) if isinstance(value, list) else at
                    self._add(Sign("link", f"{plain(at)} rel=next", _said(target), at=place))

    def _next(self, what: Meaning, value: Any, at: tuple[Step, ...], beside: set[str]) -> None:
        if value is True or (isinstance(value, str) and value.lower() == "true"):
            self._add(Sign("more", plain(at), "true", at=at))
            return
        if what == "cursor" and not self._is_next(at, value, beside):
            return
        target = _target(value)
        if target is None:
            self._says_all = self._says_all or what == "next"
        elif target not in self._sent or number(target) is not None:
            is_link = isinstance(target, str) and ("/" in target or target.startswith("?"))
            kind: Kind = "link" if is_link else "cursor"
            self._add(Sign(kind, plain(at), _said(target), at=at))

    def _is_next(self, at: tuple[Step, ...], value: Any, beside: set[str]) -> bool:
        """Whether a cursor that may be of the present page is that of the next one."""
        name = squashed(str(at[-1]))
        if name == "offset":
            # A number is where this page begins; a text is Airtable's next page.
            return isinstance(value, str) and number(value) is None and _is_opaque(value)
        if name in ("continue", "continuation"):
            return True
        if _is_object(value):
            return False
        if name == "after" and len(at) > 1 and squashed(str(at[-2])) == "cursors":
            # Facebook's: the last page has one, too; paging.next says whether there is more.
            return False
        return number(value) is None and not beside & _BESIDE_CURSORS

    def _flag(self, value: Any, at: tuple[Step, ...], *, says_more: bool, denies: bool) -> None:
        value = text_of(value)
        known = value.lower() if isinstance(value, str) else value
        if known in (_TRUE if says_more else _FALSE):
            self._add(Sign("more", plain(at), str(known).lower(), at=at))
        elif known in (_FALSE if says_more else _TRUE):
            self._says_all = True
            self._is_denied = self._is_denied or denies
        elif says_more and isinstance(value, str) and ("/" in value or "?" in value):
            self._add(Sign("link", plain(at), _said(value), at=at))

    def _total(self, name: str, value: Any, at: tuple[Step, ...], beside: set[str]) -> None:
        is_bound = False
        if _is_object(value) and "value" in value:
            # Elasticsearch: {"value": 10000, "relation": "gte"}.
            is_bound = value.get("relation") not in (None, "eq")
            value = value["value"]
        count = number(text_of(value))
        if count is None or beside & _MONEY:
            return
        if squashed(name) == "recordstotal" and "recordsfiltered" in beside:
            return
        if not {"total", "found", "matched", "filtered"} & {*words(name)} and count == self._size:
            # It counts this page: nothing is said about others.
            return
        self._add(Sign("total", plain(at), str(count), count, at, None, is_bound))


_OBJECTS = ("next", "cursor", "total")
"""What may be an object with more in it."""
_ONE_SIDED = names("exceeded incomplete limit overflow partial result truncated is results")
"""First words of flags that, where they are false, do not say that there is no next page."""
_RELATION = ("rel", "@rel", "relation", "@relation")
_TARGETS = ("href", "@href", "url", "@url", "uri", "link", "#text")
_OF_QUOTAS = names("reset resetat quota used")
_BESIDE_PAGES = names(
    "count currentpage currentpagenumber limit next nextpage number offset page pagenumber pagesize"
    " perpage prev previous size total totalcount totalitems totalrecords totalresults"
)
_BESIDE_CURSORS = names(
    "hasmore hasnext hasnextpage more next nextpage nextcursor islast endofstream islastpage"
)


def text_of(value: Any) -> Any:
    """A value, or the text of an element of XML that has attributes, too."""
    return value["#text"] if _is_object(value) and "#text" in value else value


def _is_object(value: Any) -> bool:
    return isinstance(value, Mapping)


def _is_opaque(text: str) -> bool:
    return any(character.isalpha() for character in text)


def _target(value: Any) -> str | None:
    """What a link or a cursor is; None of one that is empty, and so of the last page."""
    if _is_object(value):
        for key in _TARGETS:
            if key in value:
                return _target(value[key])
        if any(str(name)[:1] == "@" for name in value):
            return None
        return next(filter(None, map(_target, value.values())), None)
    if isinstance(value, list):
        return next(filter(None, map(_target, value[:_LINKS])), None)
    if value is None or isinstance(value, bool):
        return None
    text = str(value).strip()
    return None if text.lower() in ("", "0", "-1", "null", "none", "false", "nil") else text


def _said(target: str) -> str:
    """A link or a cursor for people: neither its query, which may hold a login, nor all of it."""
    if "/" in target or target.startswith("?"):
        try:
            parts = urlsplit(target)
        except ValueError:
            return "a link"
        shown = _printable(parts.path)[:60]
        return f"{shown}?…" if parts.query else shown
    shown = _printable(target)
    return repr(shown if len(shown) <= 12 else f"{shown[:12]}…")


def _printable(text: str) -> str:
    return "".join(character for character in text if character.isprintable())


def _forms(noun: str) -> Iterator[str]:
    last = words(noun)[-1:]
    for word in last:
        yield from (word, f"{word}s", word.removesuffix("s"))


def _is_of_pages(header: str) -> bool:
    return header.startswith(("x-", "total", "pagination", "next", "has-more"))


def _in_header(name: str, place: str, text: str) -> Iterator[Sign]:
    if not text:
        return
    match meaning(name):
        case "next":
            if (target := _target(text)) is not None:
                kind: Kind = "link" if "/" in target else "cursor"
                yield Sign(kind, place, _said(target), header=name)
        case "more":
            if text.lower() in ("true", "1", "yes"):
                yield Sign("more", place, text.lower(), header=name)
        case "last":
            if text.lower() in ("false", "0", "no"):
                yield Sign("more", place, text.lower(), header=name)
        case "total" if (count := number(text)) is not None:
            yield Sign("total", place, text, count, header=name)
        case "pages" if (count := number(text)) is not None:
            yield Sign("pages", place, text, count, header=name)


def _in_json(value: str, place: str, name: str) -> Iterator[Sign]:
    """ASP.NET's X-Pagination: an object in a header."""
    try:
        fields = msgspec.json.decode(value)
    except (msgspec.DecodeError, RecursionError):
        return
    if isinstance(fields, dict):
        for sign in in_body(fields).signs:
            yield Sign(sign.kind, f"{place} {sign.place}", sign.said, sign.counts, None, name)


__all__: Sequence[str] = [
    "Found", "Sign", "carried", "decoded", "error", "in_body", "in_count", "in_headers",
    "in_response", "is_size", "number", "says_none", "unfollowed",
]  # fmt: skip
