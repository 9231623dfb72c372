"""Answers of an endpoint as the extract would decode them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from elt.decode import DecodeError, Decoder, Document, storable
from elt.pagination import Page, Walk, key_of
from elt.query import Params, pairs
from elt.scaffold import json_text
from elt.scaffold.look import Answer, Look, LookError, Target
from elt.source import Source

MOST_REQUESTS = 12
"""How often an endpoint is asked, in all."""


@dataclass(frozen=True)
class Sample:
    """An answer, and what the declaration makes of it."""

    answer: Answer
    document: Document

    @property
    def records(self) -> list[bytes]:
        """Its records, JSON texts."""
        return self.document.records

    def walk(self, page: Page) -> Walk:
        """How far an extract has come that began with this page."""
        size = len(self.records)
        answer = self.answer
        document = self.document
        values = {
            key_of(place): value
            for place, value in document.values.items()
            if place in document.present
        }
        return Walk(None, page, size, size, size, values, answer.links, answer.url)


class Endpoint:
    """An endpoint that is looked at, each page once."""

    def __init__(self, look: Look, target: Target, secret_params: Mapping[str, str]) -> None:
        self._look = look
        self._target = target
        self._secret_params = dict(secret_params)
        self._answers: dict[tuple[str | None, tuple[tuple[str, str], ...]], Answer] = {}
        self._asked = 0

    def answer(self, params: Params, page: Page | None = None) -> Answer:
        """What a page answers; ``params`` are those of the declaration. Raises LookError."""
        link = page.link if page else None
        query: dict[str, Any] = {**params, **(page.params if page else {})}
        place = (link, tuple(sorted(pairs(query))))
        if place not in self._answers:
            self._asked += 1
            if self._asked > MOST_REQUESTS:
                raise LookError(f"it was asked {MOST_REQUESTS} times, which is enough")
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
        return Sample(answer, decoded(source, answer))


def decoded(source: Source, answer: Answer) -> Document:
    """What ``source`` makes of an answer. Raises DecodeError."""
    return Decoder(source, source.params).decode(answer.body, answer.content_type)


def objects(records: list[bytes]) -> list[dict[str, Any]]:
    """The records that can be typed: objects that a jsonb column takes."""
    found = [json_text.parse(storable(record)) for record in records]
    return [record for record in found if isinstance(record, dict)]


__all__ = ["DecodeError", "Endpoint", "Sample", "decoded", "objects"]
