"""The bytes of a response as UTF-8, whatever encoding it came in.

The encoding is the declared one, else that of the byte order mark, of the header Content-Type, of
the XML prolog (in this order: RFC 7303, 3), else UTF-8. Sources often say a wrong one, so the bytes
are a witness, too: other text is hardly ever valid UTF-8, and zeros between the letters are UTF-16
or UTF-32. What is said is tried, and one text must come out: where two are left, or none, that is
an error which names them, and the declaration has the last word.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import Message

from elt.extract.decode.errors import UnreadableError
from elt.source.encodings import is_text_encoding

_MARKS = (
    # The longer ones first: UTF-32's begins with UTF-16's.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_PROLOG = re.compile(
    rb"\s{0,100}<\?xml\s[^>]{0,200}?encoding\s{0,10}=\s{0,10}[\"']([A-Za-z][A-Za-z0-9._-]{0,40})[\"']"
)
_UTF_8 = frozenset({"utf-8", "ascii", "utf-8-sig"})
"""Codecs whose texts are UTF-8."""
_BY_ZEROS = (
    (re.compile(rb"[^\0]\0\0\0"), "utf-32-le"),
    (re.compile(rb"\0\0\0[^\0]"), "utf-32-be"),
    (re.compile(rb"[^\0]\0"), "utf-16-le"),
    (re.compile(rb"\0[^\0]"), "utf-16-be"),
)
"""How a document begins that has no byte order mark: its first character is of ASCII."""
_PLAIN = 5
"""Different characters beyond ASCII that are whole in UTF-8: so many are no accident."""
_CONTROL = re.compile("[\x80-\x84\x86-\x9f]")
"""No text has these; where ISO 8859 has them, windows-1252 has quotes and dashes."""


def charset(content_type: str) -> str | None:
    """The encoding that a header Content-Type names.

    >>> charset('application/xml; charset="windows-1251"')
    'windows-1251'
    """
    message = Message()
    message["Content-Type"] = re.sub(r"[^\x20-\x7e]", "", content_type)
    try:
        return message.get_content_charset()
    except ValueError:  # a parameter that is continued has a number, which may be of any length
        return None


def encoding_of(
    body: bytes, declared: str | None, content_type: str, *, is_xml: bool
) -> tuple[bytes, str]:
    """The byte order mark of ``body``, if it has one, and the name of its encoding.

    Raises UnreadableError where that is no encoding, and where the bytes do not settle it.
    """
    return _mark(body)[0], _read(body, declared, content_type, is_xml=is_xml).name


def utf8(body: bytes, declared: str | None, content_type: str, *, is_xml: bool) -> bytes:
    """``body`` in UTF-8, without a byte order mark; `encoding_of` says from which encoding.

    JSON that is said to be UTF-8, or not said to be anything, is not looked at: one record with
    wrong bytes must not stop the others. It is stored as text, and rejected.

    Raises UnreadableError for an encoding that is none, that the bytes are not in, or plainly not
    in.
    """
    reading = _read(body, declared, content_type, is_xml=is_xml)
    if reading.text is None:
        return body.removeprefix(codecs.BOM_UTF8)
    try:
        return reading.text.removeprefix("\ufeff").encode()
    except UnicodeEncodeError:  # UTF-7 may have halves of characters
        raise UnreadableError(f"the response has half a character in {reading.name!r}") from None


@dataclass(frozen=True)
class _Reading:
    """A body in the encoding ``name``, as ``who`` says.

    ``text`` is None where it is UTF-8 as it stands, and where ``fault`` says why there is none.
    """

    who: str
    name: str
    text: str | None = None
    fault: str = ""

    @property
    def is_utf_8(self) -> bool:
        return codecs.lookup(self.name).name in _UTF_8


def _mark(body: bytes) -> tuple[bytes, str]:
    return next(((mark, name) for mark, name in _MARKS if body.startswith(mark)), (b"", ""))


def _read(body: bytes, declared: str | None, content_type: str, *, is_xml: bool) -> _Reading:
    mark, marked = _mark(body)
    claims = _claims(body, declared, marked, content_type, is_xml=is_xml)
    by_zeros = None
    if not marked:
        by_zeros = next((name for begin, name in _BY_ZEROS if begin.match(body)), None)
    if by_zeros is not None:
        return _reading_by_zeros(body, by_zeros, claims)
    if not is_xml and all(claim.is_utf_8 for claim in claims):
        return _Reading("", "utf-8")
    content = body if declared else body[len(mark) :]
    readings = [_reading(content, claim, is_marked=bool(mark)) for claim in claims]
    if declared or marked:
        return _expect_plain(content, readings[0])
    return _only(content, readings, is_xml=is_xml)


def _claims(
    body: bytes, declared: str | None, marked: str, content_type: str, *, is_xml: bool
) -> list[_Reading]:
    """What is said, the weightiest first. Raises UnreadableError for what is no encoding."""
    said: list[tuple[str, str | None]]
    if declared:
        said = [("the declaration", declared)]
    elif marked:
        said = [("the byte order mark", marked)]
    else:
        prolog = _PROLOG.match(body) if is_xml else None
        said = [
            ("the header Content-Type", charset(content_type)),
            ("the XML prolog", prolog[1].decode() if prolog else None),
        ]
    claims = [_Reading(who, name) for who, name in said if name]
    for claim in claims:
        if not is_text_encoding(claim.name):
            raise UnreadableError(
                f"the response is said to be in {claim.name[:40]!r}, which is no encoding"
            )
    return claims


def _reading_by_zeros(body: bytes, name: str, claims: Sequence[_Reading]) -> _Reading:
    """``body``, which has no byte order mark and has zeros between its letters."""
    family = name[:6]
    said = [codecs.lookup(claim.name).name for claim in claims]
    if claims and not {name, family}.intersection(said):
        raise UnreadableError(
            f"{claims[0].who} says that the response is in {claims[0].name!r}, and its bytes are"
            f" {name!r}; declare its encoding"
        )
    return _expect_whole(_reading(body, _Reading("its beginning", name), is_marked=True))


def _reading(content: bytes, claim: _Reading, *, is_marked: bool) -> _Reading:
    codec = codecs.lookup(claim.name).name
    try:
        text = content.decode(claim.name)
    except UnicodeDecodeError as error:
        return _Reading(claim.who, claim.name, fault=f"wrong at byte {error.start}")
    except UnicodeError:
        return _Reading(claim.who, claim.name, fault="it does not begin so")
    if codec in _UTF_8:
        return _Reading(claim.who, claim.name)
    if codec.startswith(("utf-16", "utf-32")) and not is_marked and not _mark(content)[0]:
        return _Reading(claim.who, claim.name, fault="no zeros between its letters")
    if not codec.startswith("utf") and (control := _CONTROL.search(text)):
        said = f"a control character, {control[0]!a}, which windows-1252 has others for"
        return _Reading(claim.who, claim.name, fault=said)
    return _Reading(claim.who, claim.name, text)


def _expect_whole(*readings: _Reading) -> _Reading:
    """The first of ``readings`` if it is right. Raises UnreadableError."""
    if not readings[0].fault:
        return readings[0]
    faults = " nor ".join(
        f"in {one.name[:40]!r} as {one.who} says: {one.fault}" for one in readings if one.fault
    )
    raise UnreadableError(f"the response is not {faults}; declare its encoding")


def _expect_plain(content: bytes, reading: _Reading) -> _Reading:
    """What was declared, or marked. Raises UnreadableError where the bytes are plainly UTF-8."""
    is_unicode = codecs.lookup(reading.name).name.startswith("utf") or reading.is_utf_8
    if not is_unicode and _Utf8.of(content).is_plain:
        raise UnreadableError(
            f"{reading.who} says that the response is in {reading.name!r}, and its bytes are"
            " plainly 'utf-8'; declare its encoding"
        )
    return _expect_whole(reading)


def _only(content: bytes, readings: list[_Reading], *, is_xml: bool) -> _Reading:
    """The reading that is right, of what header and prolog say. Raises UnreadableError."""
    look = _Utf8.of(content)
    whole = [one for one in readings if not one.fault]
    others = [one for one in whole if one.text is not None]
    as_utf_8 = next(
        (one for one in readings if one.is_utf_8), _Reading("the default of XML", "utf-8")
    )
    if look.is_ascii:
        # Only encodings with escapes, as ISO-2022-JP, make another text of it.
        return whole[0] if whole else _Reading("", "utf-8")
    if look.is_valid:
        if not readings or readings[0].is_utf_8:
            return _Reading("", "utf-8")
        is_said = not is_xml or as_utf_8 in readings
        if (is_said and look.is_plain) or (not others and (is_said or not look.has_controls)):
            return _Reading("", "utf-8")
        raise _unclear(look, *(others or readings))
    if look.is_plain:
        raise UnreadableError(
            f"the response is in 'utf-8' and wrong at byte {look.wrong_at}"
            + "".join(f", while {one.who} says {one.name!r}" for one in readings)
            + "; declare its encoding"
        )
    if not others:
        return _expect_whole(*(readings or [_reading(content, as_utf_8, is_marked=False)]))
    if any(one.text != others[0].text for one in others):
        raise _unclear(None, *others)
    return others[0]


def _unclear(look: _Utf8 | None, *readings: _Reading) -> UnreadableError:
    """The error for a response of which more than one text can be made."""
    said = [f"{one.who} says {one.name[:40]!r}" for one in readings]
    names = [one.name[:40] for one in readings]
    if look is not None:
        said.append(f"its bytes are {'plainly' if look.is_plain else 'valid'} 'utf-8'")
        names.append("utf-8")
    ways = " or ".join(f"encoding={name!r}" for name in names)
    return UnreadableError(
        f"it is not clear which encoding the response is in: {' and '.join(said)}; declare {ways}"
    )


@dataclass(frozen=True)
class _Utf8:
    """What speaks for UTF-8 in some bytes, whatever is said of them."""

    is_ascii: bool
    wrong_at: int | None
    is_plain: bool
    """Whether there is too much of it, and too little that is wrong, for an accident."""
    has_controls: bool

    @property
    def is_valid(self) -> bool:
        return self.wrong_at is None

    @classmethod
    def of(cls, content: bytes) -> _Utf8:
        if content.isascii():
            return cls(True, None, False, False)
        wrong_at = None
        try:
            text = content.decode()
        except UnicodeDecodeError as error:
            wrong_at = error.start
            text = content.decode(errors="replace")
        broken = 0 if wrong_at is None else text.count("\ufffd")
        beyond = len(text) - len(text.encode("ascii", "ignore")) - broken
        different = sum(letter > "\x7f" for letter in set(text))
        return cls(
            False,
            wrong_at,
            different >= _PLAIN and beyond > 9 * broken,
            _CONTROL.search(text) is not None,
        )
