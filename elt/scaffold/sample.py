"""Answers of an endpoint as the extract would decode them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from elt.extract import more
from elt.extract.decode import DecodeError, Decoder, Document, storable
from elt.extract.more import Sign
from elt.extract.repeats import value_of
from elt.http.response import Response
from elt.scaffold import json_text
from elt.scaffold.look import Look, LookError, Target
from elt.source import Source
from elt.source.pagination import LAST_RECORD, Page, Walk, key_of
from elt.source.query import Params, pairs

MOST_REQUESTS = 16
"""How often an endpoint is asked, in all."""
PAUSE = 0.1
"""Seconds between two requests."""


@dataclass(frozen=True)
class Sample:
    """A response, and what a declaration makes of it."""

    source: Source
    answer: Response
    document: Document
    params: Params
    """Those of its request, without secrets."""

    @property
    def records(self) -> list[bytes]:
        """Its records, JSON texts."""
        return self.document.records

    @property
    def signs(self) -> tuple[Sign, ...]:
        """What it says of more records: in its document, its headers and its size."""
        answer = self.answer
        return more.in_response(self.document, self.params, answer.headers, answer.status)

    @property
    def says_all(self) -> bool:
        """Whether it says itself that there is no more, or how many there are."""
        return self.document.says_all or any(sign.is_count for sign in self.signs)

    def of(self, source: Source) -> Sample:
        """The same as ``source`` makes it."""
        return sample(source, self.answer, self.params)

    def walk(self, page: Page, before: Sample | None = None) -> Walk:
        """How far an extract has come with this page, after ``before``."""
        size = len(self.records)
        earlier = 0 if before is None else len(before.records)
        answer = self.answer
        return Walk(
            None,
            page,
            size,
            size + earlier,
            max(size, earlier),
            self._values(),
            answer.links,
            answer.url,
            {} if before is None else before._values(),
            (size > 0) + (earlier > 0),
        )

    def _values(self) -> dict[str, Any]:
        """What it says at the places of the pagination; nothing of those that it has not."""
        strategy, document = self.source.pagination, self.document
        values = {
            key_of(place): document.values[place]
            for place in strategy.places()
            if place in document.present
        }
        for header in strategy.headers():
            if (said := self.answer.headers.get(header.name)) is not None:
                values[key_of(header)] = said.strip()
        if (last := strategy.of_last_record()) is not None and document.records:
            values[LAST_RECORD] = value_of(document.records, *last, self.source.table)
        return values


class Endpoint:
    """An endpoint that is looked at, each page once; ``asked`` counts the requests."""

    def __init__(self, look: Look, target: Target, secret_params: Params) -> None:
        self._look = look
        self._target = target
        self._secret_params = dict(secret_params)
        self._answers: dict[tuple[str | None, tuple[tuple[str, str], ...]], Response] = {}
        self.asked = 0

    def answer(self, params: Params, page: Page | None = None) -> Response:
        """What a page answers; ``params`` are those of the declaration. Raises LookError."""
        link = page.link if page else None
        query: dict[str, Any] = {**params, **(page.params if page else {})}
        place = (link, tuple(sorted(pairs(query))))
        if place not in self._answers:
            self.asked += 1
            if self.asked > MOST_REQUESTS:
                raise LookError(f"it was asked {MOST_REQUESTS} times, which is enough")
            if self.asked > 1:
                time.sleep(PAUSE)
            if link is not None:
                self._answers[place] = self._look.follow(link, self._target.url)
            else:
                self._answers[place] = self._look.get(
                    self._target.url, {**query, **self._secret_params}
                )
        return self._answers[place]

    def again(self, source: Source) -> Sample:
        """The records of the first page, asked for once more. Raises LookError, DecodeError."""
        self._answers.pop((None, tuple(sorted(pairs(source.params)))), None)
        return self.sample(source)

    def sample(self, source: Source, page: Page | None = None) -> Sample:
        """The records of a page. Raises LookError, DecodeError."""
        answer = self.answer(source.params, page)
        return sample(source, answer, {**source.params, **(page.params if page else {})})


def sample(source: Source, answer: Response, params: Params) -> Sample:
    """What ``source`` makes of an answer to a request with ``params``. Raises DecodeError."""
    return Sample(source, answer, decoded(source, answer, params), params)


def decoded(source: Source, answer: Response, sent: Params | None = None) -> Document:
    """What ``source`` makes of an answer to a request with ``sent``. Raises DecodeError."""
    decoder = Decoder(source, source.params)
    return decoder.decode(answer.body, answer.content_type, sent)


def objects(records: list[bytes]) -> list[dict[str, Any]]:
    """The records that can be typed: objects that a jsonb column takes."""
    found = [json_text.parse(storable(record)) for record in records]
    return [record for record in found if isinstance(record, dict)]


__all__ = ["DecodeError", "Endpoint", "Sample", "decoded", "objects", "sample"]
