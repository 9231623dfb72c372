"""The decisions: from an endpoint that is looked at to what is to be written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import ValidationError

from elt.http.redaction import is_secret_param, quotations
from elt.http.response import Response
from elt.scaffold import naming
from elt.scaffold.infer import dates, errors, fields, key, pagination, records, secrets, types
from elt.scaffold.infer.fields import Field
from elt.scaffold.infer.lists import NoDataError, NoRecordsError
from elt.scaffold.infer.places import as_option, is_addressable, place_of
from elt.scaffold.infer.secrets import hide
from elt.scaffold.look import Look, LookError, target
from elt.scaffold.plan import ORDER, Column, Plan, Request
from elt.scaffold.render import literals
from elt.scaffold.sample import DecodeError, Endpoint, Sample, objects
from elt.source import SinglePage, Source
from elt.source.pagination import Pagination
from elt.source.place import Place
from elt.source.query import Params, pairs
from elt.stack.errors import UsageError

MOST_COLUMNS = 200
"""Columns of a table. Of some 400 and more, a row might not fit a page of PostgreSQL; and there is
somebody who has to read the models."""

MOST_CANDIDATES = 5
"""Possible keys that are named."""

_CONN_ID = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_LONGEST_NAME = 80
"""Characters of a parameter's name, as it is written into the DAG file."""


def plan(request: Request, look: Look, taken: Iterable[str]) -> Plan:
    """Look at the endpoint and decide; ``taken`` are the names of tables that there are.

    Raises UsageError for what the caller can say better, LookError for what the endpoint does.
    """
    if (fault := naming.fault_of_source(request.source)) is not None:
        raise UsageError(f"SOURCE {request.source[:60]!r} {fault}")
    if request.connection is not None and not _CONN_ID.fullmatch(request.connection):
        raise UsageError("--connection is no id of an Airflow connection")
    return _Planning(request, look, frozenset(taken)).plan()


class _Planning:
    def __init__(self, request: Request, look: Look, taken: frozenset[str]) -> None:
        self.request = request
        self.taken = taken
        self.target = target(request.url)
        given = self.target.params
        if any(len(literals.python(name)) > _LONGEST_NAME for name in given):
            raise UsageError("--url: the name of a parameter is too long")
        self.secret_params = {name: value for name, value in given.items() if is_secret_param(name)}
        self.params = {
            name: value for name, value in given.items() if name not in self.secret_params
        }
        # One that occurs several times is sent as it is.
        self.texts = {name: text for name, text in self.params.items() if isinstance(text, str)}
        self.dates = dates.dated(self.target.path, self.texts)
        in_query = (value for _, value in pairs(self.secret_params))
        self.secrets = (*look.secrets, *quotations(in_query))
        self.endpoint = Endpoint(look, self.target, self.secret_params)
        self.entity = request.entity or naming.entity(self.target.path, request.source)
        self.limit: int | None = None
        self.remarks: list[str] = list(self.dates.notes)

    def plan(self) -> Plan:
        undated = {
            name: value for name, value in self.texts.items() if name not in self.dates.names
        }
        first_params: dict[str, Any] = {**self.params, **pagination.first_page(undated)}
        answer = self.endpoint.answer(first_params)
        try:
            found = records.find(answer, self.entity, self.request.records)
        except NoDataError as error:
            raise LookError(self._with_what_came(str(error), answer)) from None
        except NoRecordsError as error:
            raise LookError(self._with_words(str(error), answer)) from None
        except ValueError as error:
            raise UsageError(f"--records: {(self.request.records or '')[:80]!a} {error}") from None
        self.remarks += found.remarks
        source = self._source(params=first_params, format=found.format, records_path=found.records)
        pages = [self._sample(source)]
        if found.days:
            source = source.model_copy(update={"from_response": self._taken(found.days, pages)})
            pages = [self._sample(source)]
        source, pages = self._redacted(source, pages)
        key_field = self._key(self._fields(pages))
        source = source.model_copy(update={"key": _declared(key_field)})
        paged = pagination.Finder(
            first=pages[0],
            envelope=found.envelope,
            params={name: first_params[name] for name in undated},
            records=found.records,
            key=None if key_field is None else place_of(key_field.path),
            ask=lambda strategy, page: self.endpoint.sample(_with(source, strategy), page),
            again=lambda: self.endpoint.again(source),
        ).find()
        self.remarks += paged.remarks
        if paged.is_endless:
            most = getattr(paged.pagination, "page_size", 100)
            self.limit = max(most, min(1000, 10 * most))
        if paged.second is not None:
            source, pages = self._redacted(source, [pages[0], paged.second])
        sampled = self._fields(pages)
        key_field = self._key(sampled)
        columns = self._columns(sampled, key_field)
        source = self._source(
            endpoint=self.dates.endpoint,
            params=self._left(paged.pagination, {**first_params, **self._dated_params()}),
            period=self.dates.period,
            format=found.format,
            records_path=found.records,
            key=_declared(key_field),
            redact=source.redact,
            from_response=source.from_response,
            pagination=paged.pagination,
            open_questions=tuple(str(hide(question, self.secrets)) for question in paged.questions),
        )
        candidates = self._candidates(sampled, key_field)
        if self.dates.is_by_period:
            self.remarks.append(
                f"a {self.dates.period} without records counts as an outage, and its run fails: if"
                " there are such, declare may_be_empty=True"
            )
        elif key_field is not None and not paged.is_endless:
            self.remarks.append(
                "each run asks for the same, whatever day it is for, and loads what there is at the"
                " time: if the API takes a date, give the URL with one"
            )
        return self._put_together(source, columns, key_field, candidates, pages[0], found.envelope)

    def _source(self, **declared: Any) -> Source:
        request = self.request
        try:
            return Source(
                name=request.source,
                entity=self.entity,
                conn_id=request.connection or f"{request.source}_api",
                rejected_share=0.1,
                **{"endpoint": self.target.path, **declared},
            )
        except ValidationError as error:
            fault = error.errors()[0]
            place = ".".join(map(str, fault["loc"])) or "the declaration"
            said = str(fault["msg"]).removeprefix("Value error, ")
            raise UsageError(f"{place}: {said}") from None

    def _taken(self, days: Iterable[str], pages: list[Sample]) -> dict[str, Place]:
        """Names in the records for the dates that are around them."""
        taken = {name for record in _objects(pages) for name in record}
        named: dict[str, Place] = {}
        for place in days:
            name = f"document_{naming.snake(place) or 'date'}"[: naming.LONGEST]
            if name not in taken and name not in named:
                named[name] = place_of((place,))
                self.remarks.append(
                    f"each record takes {name} along from around the records:"
                    f" {ascii(place)[1:-1][:60]}"
                )
        return named

    def _sample(self, source: Source) -> Sample:
        try:
            sample = self.endpoint.sample(source)
        except DecodeError as error:
            answer = self.endpoint.answer(source.params)
            raise LookError(self._with_words(str(error), answer)) from None
        if not sample.records:
            raise LookError(
                self._with_words(
                    "the answer has no records: name a URL that gives some", sample.answer
                )
            )
        if not objects(sample.records):
            raise LookError("no record of the answer is an object with fields that can be stored")
        return sample

    def _with_what_came(self, fault: str, answer: Response) -> str:
        """``fault``, and what came instead of data, in the words of a run."""
        # Not above: it takes Airflow along.
        from elt.http.words import what_came

        came = what_came(answer.body, answer.status, answer.headers)
        return f"{fault}; {hide(came, self.secrets)}"

    def _with_words(self, fault: str, answer: Response) -> str:
        """``fault``, and what the answer says itself."""
        said = errors.words(answer.body, answer.content_type, self.secrets, any_text=False)
        return f'{fault}; it says "{said}"' if said else fault

    def _redacted(self, source: Source, pages: list[Sample]) -> tuple[Source, list[Sample]]:
        """The source and its pages without the fields whose names say that they are secrets."""
        paths = secrets.secret_fields(record for page in pages for record in _objects([page]))
        if not paths:
            return source, pages
        for path in paths:
            if not is_addressable(path):
                raise LookError(
                    f"a record has a secret in a field that no declaration can name"
                    f" ({ascii('.'.join(path))[:80]}): write this pipeline by hand"
                )
        redact = tuple(dict.fromkeys((*source.redact, *map(place_of, paths))))
        redacted = source.model_copy(update={"redact": redact})
        return redacted, [page.of(redacted) for page in pages]

    def _fields(self, pages: list[Sample]) -> list[Field]:
        return fields.fields(_objects(pages))

    def _key(self, sampled: Sequence[Field]) -> Field | None:
        wanted = self.request.key
        if wanted is None:
            return key.find(sampled, self.entity)
        for candidate in sampled:
            if wanted in (".".join(candidate.path), as_option(candidate.path)):
                if (fault := key.fault(candidate)) is not None:
                    raise UsageError(f"--key: {wanted[:80]!r} {fault}")
                return candidate
        listed = ", ".join(self._candidates(sampled, None)) or "none"
        raise UsageError(
            f"--key: no record has a field {wanted[:80]!r}; fields that could be a key: {listed}"
        )

    def _candidates(self, sampled: Sequence[Field], found: Field | None) -> tuple[str, ...]:
        """What `--key` could be as well; where there is a key, what is named like one beside it."""
        possible = key.candidates(sampled, self.entity)
        if found is not None:
            possible = [
                one
                for one in possible
                if one.path != found.path
                and len(one.path) == 1
                and key.is_named_like_a_key(one, self.entity)
            ]
        return tuple(as_option(one.path) for one in possible[:MOST_CANDIDATES])

    def _columns(self, sampled: Sequence[Field], key_field: Field | None) -> tuple[Column, ...]:
        if key_field is not None:
            sampled = [key_field, *(one for one in sampled if one.path != key_field.path)]
        kept = sampled[:MOST_COLUMNS]
        if len(sampled) > len(kept):
            self.remarks.append(
                f"of {len(sampled):,} fields the first {len(kept)} became columns; the others are"
                " in the raw table's column record"
            )
        names = naming.columns([one.path for one in kept])
        columns = [
            Column(name, one.path, types.type_of(one), number)
            for number, (name, one) in enumerate(zip(names, kept, strict=True), 1)
        ]
        if key_field is not None and columns[0].type == "integer":
            # Keys grow.
            first = columns[0]
            columns[0] = Column(first.name, first.path, "bigint", first.number)
        order = [name for name, _ in ORDER]
        rest = columns[1:] if key_field is not None else columns
        ordered = sorted(rest, key=lambda column: order.index(column.group))
        return (*columns[:1], *ordered) if key_field is not None else tuple(ordered)

    def _left(self, strategy: Pagination, params: Params) -> dict[str, str | Sequence[str]]:
        """The parameters that the pagination does not see to."""
        own = pagination.params_of(strategy)
        pages = (
            set() if isinstance(strategy, SinglePage) else {*filter(pagination.is_of_pages, params)}
        )
        left_out = (own | pages) - self.dates.names
        return {name: value for name, value in params.items() if name not in left_out}

    def _dated_params(self) -> dict[str, str]:
        return {name: self.dates.params[name] for name in self.dates.names}

    def _put_together(
        self,
        source: Source,
        columns: tuple[Column, ...],
        key_field: Field | None,
        candidates: tuple[str, ...],
        page: Sample,
        envelope: Any,
    ) -> Plan:
        mart = None
        if key_field is not None:
            mart = naming.model(self.entity, source.name, self.taken)
        else:
            listed = f"; candidates: {', '.join(map(_shown, candidates))}" if candidates else ""
            self.remarks.append(
                "no field identifies a record, so there is a staging model and no mart:"
                f" name one by --key, if there is one{listed}"
            )
        if mart is not None and self.dates.is_by_period:
            self.remarks.append(
                f"{mart} has a row per key, that of the latest {self.dates.period}; how to have one"
                f" per key and {self.dates.period} is in marts/exchange_rates.sql"
            )
        has_login = bool(self.secrets)
        if has_login:
            self.remarks.append(
                f"the API wants a login, which is written nowhere: make the Airflow connection"
                f" {source.conn_id}, in the UI or as AIRFLOW_CONN_{source.conn_id.upper()}"
                f" (elt/airflow/hook.py says what it may hold); dags/connections.toml has no line"
                " for it"
            )
        return Plan(
            source=source,
            target=self.target,
            columns=columns,
            key=columns[0] if key_field is not None else None,
            candidates=candidates,
            mart=mart,
            rejected=naming.model(f"rejected_{mart or self.entity}", source.name, self.taken),
            page=page,
            envelope=envelope,
            secrets=self.secrets,
            dates=self.dates,
            new_connection=self.request.connection is None and not has_login,
            asked=self.endpoint.asked,
            limit=self.limit,
            remarks=tuple(self.remarks),
        )


def _objects(pages: Iterable[Sample]) -> list[dict[str, Any]]:
    """The records of all pages, each once: one may have moved to the next page meanwhile."""
    return objects(list(dict.fromkeys(record for page in pages for record in page.records)))


def _declared(key_field: Field | None) -> Place | tuple[Place, ...]:
    """The key as a declaration has it."""
    if key_field is None:
        return ()
    place = place_of(key_field.path)
    return place if isinstance(place, str) else (place,)


def _shown(place: str) -> str:
    return ascii(place)[1:-1]


def _with(source: Source, strategy: Pagination) -> Source:
    return source.model_copy(update={"pagination": strategy})
