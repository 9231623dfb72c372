"""What the sample API can be told to do wrong: which fault, on which requests, how often.

A fault is written in one of three ways, all with the same fields::

    status:code=429,retry_after=2,pages=2+5,times=1          (command line, ``fault=`` parameter)
    {"kind": "status", "code": 429, "retry_after": 2, "pages": [2, 5], "times": 1}
    Status(code=429, retry_after=2, pages=[2, 5], times=1)                           (in Python)
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Raw

_Count = Annotated[int, Meta(ge=0)]
_Page = Annotated[int, Meta(ge=1)]
_Seconds = Annotated[float, Meta(ge=0, le=3600)]

_MAX_PAGES = 100_000
_REMEMBERED_QUERY_FAULTS = 1_000


class FaultError(ValueError):
    """A fault that cannot be understood; the message says which and why."""


class Fault(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    tag_field="kind",
    forbid_unknown_fields=True,
):
    """Which requests a fault is for.

    Empty ``pages`` means every page; an empty ``path``, every path (else its beginning); an empty
    ``query``, any parameters (else a part of them, decoded: ``date_req=25/04/2020``). The first
    ``skip`` of these requests are answered well, the next ``times`` are not (None: all).
    """

    pages: tuple[_Page, ...] = ()
    path: str = ""
    query: str = ""
    skip: _Count = 0
    times: _Count | None = None

    def is_for(self, path: str, page: int, query: str = "") -> bool:
        """Whether a request is one of those this fault is for, whatever ``skip`` and ``times``."""
        return (
            (not self.pages or page in self.pages)
            and path.startswith(self.path)
            and self.query in query
        )


class Latency(Fault, frozen=True, kw_only=True, tag="latency"):
    """The answer comes after ``seconds``; other faults may follow it."""

    seconds: _Seconds = 1.0


class Status(Fault, frozen=True, kw_only=True, tag="status"):
    """Another status, with the body the real API has for it or the kind of ``body`` named.

    ``retry_after`` seconds are sent as the header Retry-After, in seconds or as an HTTP date.
    """

    code: Annotated[int, Meta(ge=200, le=599)] = 500
    retry_after: _Count | None = None
    retry_after_as: Literal["seconds", "date"] = "seconds"
    body: Literal["json", "html", "text", "empty"] | None = None


class Error200(Fault, frozen=True, kw_only=True, tag="error_200"):
    """Status 200 with ``{"error": ...}``, or what else the source sends for an error."""


class Reset(Fault, frozen=True, kw_only=True, tag="reset"):
    """The connection is reset (TCP RST), after ``bytes`` bytes of the body (None: no answer)."""

    bytes: _Count | None = None


class Truncated(Fault, frozen=True, kw_only=True, tag="truncated"):
    """The connection closes after ``bytes`` bytes (None: half) of the Content-Length announced."""

    bytes: _Count | None = None


class InvalidJson(Fault, frozen=True, kw_only=True, tag="invalid_json"):
    """A complete answer with half a document, JSON or XML."""


class Slow(Fault, frozen=True, kw_only=True, tag="slow"):
    """The body comes in drips, over ``seconds``."""

    seconds: _Seconds = 1.0


class EmptyResults(Fault, frozen=True, kw_only=True, tag="empty_results"):
    """Status 200 and no records, as randomuser.me answered for weeks in 2026."""


class Fewer(Fault, frozen=True, kw_only=True, tag="fewer"):
    """Only the first ``count`` records (None: half of them)."""

    count: _Count | None = None


class RepeatedPage(Fault, frozen=True, kw_only=True, tag="repeated_page"):
    """The records of the page before, or of page ``of``, under the number asked for.

    Where pages are days: the document of the day before.
    """

    of: _Page | None = None


class LoopingLink(Fault, frozen=True, kw_only=True, tag="looping_link"):
    """``next`` names page ``of`` (None: this one), also on the last page."""

    of: _Page | None = None


class ForeignLink(Fault, frozen=True, kw_only=True, tag="foreign_link"):
    """``next``, where there is one, leads to another ``host``, given with its scheme."""

    host: Annotated[str, Meta(pattern=r"^https?://[^/?#]+$")] = "http://other.example:80"


class Records(Fault, frozen=True, kw_only=True, tag="records"):
    """Other records in a page.

    ``records`` replaces whole records, by position from 0, with any JSON value; a position past the
    end appends. ``raw`` does the same with text, sent as it is, JSON or not. ``set`` replaces
    single values: position, then the dotted path of the field.

    In XML a record is an element: its keys are children, those that begin with @ attributes, null
    is an empty element.
    """

    records: dict[int, Raw] = {}
    raw: dict[int, str] = {}
    set: dict[int, dict[str, Raw]] = {}

    @classmethod
    def of(
        cls,
        records: Mapping[int, Any] | None = None,
        set: Mapping[int, Mapping[str, Any]] | None = None,
        **which: Any,
    ) -> Records:
        """The fault from Python values; a ``msgspec.Raw`` is taken as the JSON text it holds.

        >>> Records.of({0: None, 1: Raw(b"1e400")}, {2: {"dob.date": "yesterday"}}, pages=(1,))
        """
        return cls(
            records={at: _raw(value) for at, value in (records or {}).items()},
            set={
                at: {path: _raw(value) for path, value in values.items()}
                for at, values in (set or {}).items()
            },
            **which,
        )


def _raw(value: Any) -> Raw:
    return value if isinstance(value, Raw) else Raw(msgspec.json.encode(value))


Replacing = Status | Error200 | Reset
"""Answers of their own: of several, a request gets the first that is due."""
ContentFault = EmptyResults | Fewer | RepeatedPage | LoopingLink | ForeignLink | Records
"""Wrong records, in an answer that is well formed: for the source to make."""
BodyFault = Truncated | InvalidJson | Slow
"""Done to the body of the source's answer, whatever it is."""
AnyFault = (
    Latency
    | Status
    | Error200
    | Reset
    | Truncated
    | InvalidJson
    | Slow
    | EmptyResults
    | Fewer
    | RepeatedPage
    | LoopingLink
    | ForeignLink
    | Records
)

_DECODER: msgspec.json.Decoder[AnyFault] = msgspec.json.Decoder(AnyFault)

KINDS = tuple(
    str(kind.__struct_config__.tag)
    for kind in (
        Latency,
        Status,
        Error200,
        Reset,
        Truncated,
        InvalidJson,
        Slow,
        EmptyResults,
        Fewer,
        RepeatedPage,
        LoopingLink,
        ForeignLink,
        Records,
    )
)


def parse_fault(text: str) -> AnyFault:
    """A fault from ``kind:field=value,...`` or from a JSON object. Raises FaultError."""
    text = text.strip()
    try:
        if text.startswith("{"):
            return _DECODER.decode(text)
        fault: AnyFault = msgspec.convert(_fields(text), type=AnyFault, strict=False)
        return fault
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise FaultError(_explain(text, error)) from error


def parse_faults(body: bytes) -> list[AnyFault]:
    """Faults from a JSON list of objects or of strings. Raises FaultError."""
    try:
        items = msgspec.json.decode(body, type=list[Raw])
        return [_parse_item(bytes(item)) for item in items]
    except msgspec.MsgspecError as error:
        raise FaultError(f"The faults are not a JSON list: {error}.") from error


def _parse_item(item: bytes) -> AnyFault:
    if item.startswith(b'"'):
        return parse_fault(msgspec.json.decode(item, type=str))
    try:
        return _DECODER.decode(item)
    except msgspec.MsgspecError as error:
        raise FaultError(_explain(item.decode("utf-8", "replace"), error)) from error


def _explain(text: str, error: Exception) -> str:
    reason = str(error)
    if "$.kind" in reason or "`kind`" in reason:
        reason = f"the kinds are {', '.join(KINDS)}"
    return f"The fault {text[:200]!r} is not understood: {reason}."


def _fields(text: str) -> dict[str, Any]:
    kind, _, rest = text.partition(":")
    fields: dict[str, Any] = {"kind": kind.strip()}
    for part in filter(None, (part.strip() for part in rest.split(","))):
        name, equals, value = part.partition("=")
        if not equals:
            raise FaultError(f"The fault {text[:200]!r} is not understood: {part!r} has no value.")
        if name == "pages":
            fields[name] = _pages(text, value)
        elif name in ("records", "raw", "set"):
            raise FaultError(
                f"The fault {text[:200]!r} is not understood: {name!r} is written in the JSON form."
            )
        else:
            fields[name] = value
    return fields


def _pages(text: str, value: str) -> tuple[int, ...]:
    pages: list[int] = []
    try:
        for part in value.split("+"):
            first, dash, last = part.partition("-")
            numbers = range(int(first), int(last if dash else first) + 1)
            if not 0 < len(numbers) <= _MAX_PAGES - len(pages):
                raise ValueError
            pages.extend(numbers)
    except ValueError:
        raise FaultError(
            f"The fault {text[:200]!r} is not understood: pages are written like 2, 2+5 or 3-7."
        ) from None
    return tuple(pages)


@dataclass(slots=True)
class _Active:
    fault: AnyFault
    passed: int = 0
    done: int = 0

    def due(self) -> bool:
        """Count a request this fault is for; whether it is one to answer badly."""
        if self.passed < self.fault.skip:
            self.passed += 1
            return False
        if self.fault.times is not None and self.done >= self.fault.times:
            return False
        self.done += 1
        return True


@dataclass(frozen=True, slots=True)
class Due:
    """The faults of one request, in the order in which they are done."""

    latency: float = 0.0
    replacing: Replacing | None = None
    content: tuple[ContentFault, ...] = ()
    body: tuple[BodyFault, ...] = ()

    @property
    def kinds(self) -> list[str]:
        """Their kinds, for the record of requests; latency first."""
        faults = [fault for fault in (self.replacing, *self.content, *self.body) if fault]
        return ["latency"] * bool(self.latency) + [
            str(fault.__struct_config__.tag) for fault in faults
        ]


class FaultPlan:
    """The faults a running server has been given, and how often each was done.

    Faults of a request's own ``fault=`` parameter are counted by their text, so that ``times=2`` in
    an URL that is asked for again and again spoils the first two answers.
    """

    def __init__(self, faults: Iterable[AnyFault] = ()) -> None:
        self._active: list[_Active] = []
        self._asked: OrderedDict[str, _Active] = OrderedDict()
        self.replace(faults)

    def replace(self, faults: Iterable[AnyFault]) -> None:
        """Set other faults, with all counts at zero."""
        self._active = [_Active(fault) for fault in faults]
        self._asked.clear()

    def report(self) -> list[dict[str, Any]]:
        """The faults set, each with how often it was done."""
        return [{"fault": active.fault, "done": active.done} for active in self._active]

    def due(self, path: str, page: int, asked: Iterable[str] = (), query: str = "") -> Due:
        """What goes wrong with this request, counting it. Raises FaultError for a bad ``asked``."""
        candidates = [
            active
            for active in [*map(self._asked_for, asked), *self._active]
            if active.fault.is_for(path, page, query)
        ]
        latency = sum(
            active.fault.seconds
            for active in candidates
            if isinstance(active.fault, Latency) and active.due()
        )
        # A fault that another one hides is not counted, so that a list of faults is a sequence:
        # the first answer is a 429, the second a 500, the third is well.
        for active in candidates:
            if isinstance(active.fault, Replacing) and active.due():
                return Due(latency, active.fault)
        content: list[ContentFault] = []
        body: list[BodyFault] = []
        for active in candidates:
            if isinstance(active.fault, ContentFault) and active.due():
                content.append(active.fault)
            elif isinstance(active.fault, BodyFault) and active.due():
                body.append(active.fault)
        return Due(latency, None, tuple(content), tuple(body))

    def _asked_for(self, text: str) -> _Active:
        active = self._asked.get(text)
        if active is None:
            active = self._asked[text] = _Active(parse_fault(text))
            while len(self._asked) > _REMEMBERED_QUERY_FAULTS:
                self._asked.popitem(last=False)
        return active
