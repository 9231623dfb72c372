"""Faults done to the answers of any source, as middleware."""

from __future__ import annotations

import asyncio
import math
import socket
import struct
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from aiohttp import web
from aiohttp.typedefs import Middleware

from sample_api.control import RequestLog
from sample_api.faults import (
    BodyFault,
    Due,
    Error200,
    FaultError,
    FaultPlan,
    InvalidJson,
    Replacing,
    Reset,
    Slow,
    Status,
    Truncated,
)
from sample_api.source import CONTENT_FAULTS, TOO_MANY_REQUESTS, FakeSource, json_error

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_SERVER_ERROR = "Uh oh, something has gone wrong. Please try again later."
_HTML = """<html>
<head><title>{code} {reason}</title></head>
<body>
<center><h1>{code} {reason}</h1></center>
<hr><center>nginx</center>
</body>
</html>
"""
_DRIPS = 20


def misbehaving(plan: FaultPlan, log: RequestLog, sources: Sequence[FakeSource]) -> Middleware:
    """Middleware that notes each request to a source and does the faults that are due to it."""

    by_length = sorted(sources, key=lambda source: -len(source.prefix))

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        source = next((s for s in by_length if _is_under(s.prefix, request.path)), None)
        if source is None:
            return await handler(request)
        entry = log.begin(request)
        try:
            due = plan.due(
                request.path,
                source.page_of(request),
                request.query.getall("fault", ()),
                _query(request),
            )
        except FaultError as error:
            entry.status = 400
            return web.Response(status=400, text=f"{error}\n")
        entry.faults = due.kinds
        request[CONTENT_FAULTS] = due.content
        try:
            response = await _answer(request, handler, due, source)
        except web.HTTPException as error:
            entry.status = error.status
            raise
        entry.status = None if _is_reset(due) else response.status
        return response

    return middleware


def _is_under(prefix: str, path: str) -> bool:
    return path == prefix or path.startswith(f"{prefix}/")


def _query(request: web.Request) -> str:
    return "&".join(f"{name}={value}" for name, value in request.query.items() if name != "fault")


def _is_reset(due: Due) -> bool:
    return isinstance(due.replacing, Reset) and due.replacing.bytes is None


async def _answer(
    request: web.Request, handler: Handler, due: Due, source: FakeSource
) -> web.StreamResponse:
    if due.latency:
        await asyncio.sleep(due.latency)
    if due.replacing is not None and not isinstance(due.replacing, Reset):
        if isinstance(due.replacing, Error200):
            return source.error_200()
        return _replacement(due.replacing)
    if isinstance(due.replacing, Reset) and due.replacing.bytes is None:
        _reset(request)
        return web.Response()
    response = await handler(request)
    if request.method == "HEAD" or not isinstance(response, web.Response):
        return response
    faults = due.body if due.replacing is None else (due.replacing,)
    return await _with_spoiled_body(request, response, faults)


def _replacement(fault: Status) -> web.Response:
    response = _status_body(fault)
    if fault.retry_after is not None:
        response.headers["Retry-After"] = _retry_after(fault)
    return response


def _status_body(fault: Status) -> web.Response:
    code = fault.code
    body = fault.body or ("html" if code in (502, 503, 504) else "json")
    if body == "empty" or code in (204, 205, 304):
        return web.Response(status=code)
    if body == "json":
        return json_error(code, TOO_MANY_REQUESTS if code == 429 else _SERVER_ERROR)
    reason = web.Response(status=code).reason
    if body == "html":
        text = _HTML.format(code=code, reason=reason)
        return web.Response(status=code, text=text, content_type="text/html")
    return web.Response(status=code, text=f"{code} {reason}\n")


def _retry_after(fault: Status) -> str:
    seconds = fault.retry_after or 0
    if fault.retry_after_as == "seconds":
        return str(seconds)
    # HTTP dates have whole seconds: round up, so that the moment is never too early.
    moment = math.ceil((datetime.now(UTC) + timedelta(seconds=seconds)).timestamp())
    return format_datetime(datetime.fromtimestamp(moment, UTC), usegmt=True)


def _reset(request: web.Request) -> None:
    transport = request.transport
    if transport is None:
        return
    connection: socket.socket = transport.get_extra_info("socket")
    # Linger on with a time of zero makes close() send RST instead of FIN.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


async def _with_spoiled_body(
    request: web.Request,
    response: web.Response,
    faults: Sequence[BodyFault | Replacing],
) -> web.StreamResponse:
    body = response.body if isinstance(response.body, bytes) else b""
    if any(isinstance(fault, InvalidJson) for fault in faults):
        body = body[: len(body) // 2]
        response.body = body
    slow = next((fault for fault in faults if isinstance(fault, Slow)), None)
    cut = next((fault for fault in faults if isinstance(fault, Truncated | Reset)), None)
    if slow is None and cut is None:
        return response

    sent = body
    if cut is not None:
        sent = body[: len(body) // 2 if cut.bytes is None else min(cut.bytes, len(body) - 1)]
    stream = web.StreamResponse(status=response.status, headers=response.headers)
    stream.content_length = len(body)
    await stream.prepare(request)
    if slow is None:
        await stream.write(sent)
    else:
        await _drip(stream, sent, slow.seconds)
    if isinstance(cut, Reset):
        _reset(request)
    elif cut is not None and request.transport is not None:
        request.transport.close()
    return stream


async def _drip(stream: web.StreamResponse, body: bytes, seconds: float) -> None:
    size = max(1, math.ceil(len(body) / _DRIPS))
    for start in range(0, len(body), size):
        await stream.write(body[start : start + size])
        await asyncio.sleep(seconds / _DRIPS)
