"""The command line of the sample API."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import errno
import logging
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NoReturn

from sample_api.faults import AnyFault, FaultError, parse_fault
from sample_api.randomuser import MAX_RESULTS
from sample_api.server import (
    DEFAULT_CACHE_MB,
    Options,
    Preparation,
    PreparationError,
    SampleServer,
    utc_today,
)

_USAGE_ERROR = 2
_FAILURE = 1

_DESCRIPTION = """\
A server that answers like three public APIs, without any network: the same request gets the same
records again, which are all invented.

randomuser.me 1.4: the same people again for the same seed, page, nationalities and gender, up to
5,000 a page.

  GET /api/1.4/?results=&page=&seed=&nat=&gender=&inc=&exc=&noinfo     (also /api/ and /api/1.4)

Answers are JSON, whatever `format` says. Other differences from the real API: `gender` also works
together with a seed, an unknown nationality in `nat` does not make the others void, info.seed is
the seed as it was sent, there is no limit of requests. As there, `results` above 5,000, 0 or not a
number gives one user, pages have no end, and dob.age grows with the calendar.

The Bank of Russia's daily rates, XML in windows-1251, from 1 July 1992 to tomorrow:

  GET /scripts/XML_daily.asp?date_req=25/04/2020                      (without date_req: the newest)

Rates are set on working days for the day after; other days get the last document before them, with
its own Date. A day that is none gets a document with "Error in parameters" and status 200, a
request without User-Agent a 403.

rickandmortyapi.com: 126 locations and 826 characters, 20 a page, `info.next` the link to the next
page or null; a 404 past the last one.

  GET /api/location?page=     GET /api/location/1
  GET /api/character?page=    GET /api/character/1
"""

_EPILOG = """\
faults:
  A fault is written KIND or KIND:FIELD=VALUE,FIELD=VALUE or as a JSON object with "kind". It is
  given with --fault, in a request's own parameter fault= (both may be repeated), or to a running
  server as a JSON list. Fields of all kinds:
    pages=2+5 or pages=3-7   only for these pages (default: all)
    times=N                  only for the first N of these requests (default: always)
    skip=N                   but answer the first N of them well
    path=/api                only where the path begins so
    query=TEXT               only where this is part of the parameters, decoded:
                             query=date_req=25/04/2020 for the rates of a day
  Kinds:
    latency        the answer comes after seconds=1; another fault may follow
    status         code=500, or any from 200 to 599; for 429 and others retry_after=SECONDS and
                   retry_after_as=seconds or date; body=json, html, text or empty (default: HTML
                   for 502 to 504, else JSON)
    error_200      status 200 with {"error": ...}; for the rates, their document for an error
    reset          the connection is reset (TCP RST), at once or after bytes=N of the body
    truncated      the connection closes after bytes=N (default: half) of the announced length
    invalid_json   a complete answer with half a document, JSON or XML
    slow           the body comes in drips over seconds=1
    empty_results  status 200 and no records
    fewer          only the first count=N records (default: half of them)
    repeated_page  the records of the page before, or of page of=N, under the number asked for; for
                   the rates, the document of the day before
    looping_link   info.next leads to page of=N (default: the page itself), also on the last page
    foreign_link   info.next leads to another host=http://other.example:80 (that is the default)
    records        other records in the page, JSON form only: "records": {"0": null} replaces whole
                   records by position, a position past the end appends; "raw": {"0": "1e400"} does
                   so with text sent as it is; "set": {"3": {"dob.date": "?"}} replaces single
                   values. In XML the keys of a record are child elements, with @ attributes
                   ("set": {"0": {"Value": "", "@ID": "R0"}}), and null is an empty element
  Of status, error_200 and reset a request gets the first that is due, and the others wait:
    --fault status:code=429,retry_after=1,times=2 --fault status:times=1
  answers 429, 429, 500, and then well.

control, from this machine only:
  PUT /_control/faults      replace all faults by a JSON list of objects or texts as above
  GET /_control/faults      the faults, each with how often it was done
  DELETE /_control/faults   answer well again
  GET /_control/requests    the requests seen: method, path, query, status, faults; and their count
  DELETE /_control/requests forget them

exit status: 0 stopped by SIGTERM or SIGINT, 1 it could not start, 2 wrong arguments
"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(_USAGE_ERROR, f"{self.prog}: {message}\n")


def _number(text: str, low: int, high: int, what: str) -> int:
    if not (text.isascii() and text.isdigit() and low <= int(text[:12]) <= high):
        raise argparse.ArgumentTypeError(f"{what} is a number from {low} to {high}, not {text!r}")
    return int(text)


def _port(text: str) -> int:
    return _number(text, 0, 65_535, "a port")


def _megabytes(text: str) -> int:
    return _number(text, 0, 1_000_000, "a number of megabytes")


def _fault(text: str) -> AnyFault:
    try:
        return parse_fault(text)
    except FaultError as error:
        raise argparse.ArgumentTypeError(str(error).rstrip(".")) from None


def _preparation(text: str) -> Preparation:
    seed, *numbers = text.rsplit(":", 2)
    if not seed or len(numbers) != 2:
        raise argparse.ArgumentTypeError(f"SEED:PAGES:RESULTS is expected, not {text!r}")
    pages = _number(numbers[0], 1, 1_000_000, "PAGES")
    return Preparation(seed, pages, _number(numbers[1], 1, MAX_RESULTS, "RESULTS"))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"a day is written 2026-11-22, not {text!r}") from None


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = _Parser(
        prog="python -m sample_api",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)"
    )
    parser.add_argument(
        "--port", type=_port, default=0, help="the port (default: 0, any that is free)"
    )
    parser.add_argument(
        "--port-file",
        type=Path,
        metavar="FILE",
        help="write the port here, whole, once listening; removed at the end",
    )
    parser.add_argument(
        "--fault",
        type=_fault,
        action="append",
        default=[],
        metavar="SPEC",
        help="misbehave, see below; may be repeated",
    )
    parser.add_argument(
        "--prepare",
        type=_preparation,
        action="append",
        default=[],
        metavar="SEED:PAGES:RESULTS",
        help="make pages 1 to PAGES of RESULTS users before listening; may be repeated",
    )
    parser.add_argument(
        "--cache-mb",
        type=_megabytes,
        default=DEFAULT_CACHE_MB,
        metavar="MB",
        help="how much of the pages made is kept (default: %(default)s)",
    )
    parser.add_argument(
        "--today",
        type=_day,
        metavar="DAY",
        help="the day ages are computed for, and the newest rates (default: today)",
    )
    parser.add_argument("--verbose", action="store_true", help="log each request to stderr")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; returns the exit status."""
    arguments = _arguments(argv)
    if arguments.verbose:
        logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    today: date | None = arguments.today
    options = Options(
        host=arguments.host,
        port=arguments.port,
        faults=arguments.fault,
        prepare=arguments.prepare,
        cache_mb=arguments.cache_mb,
        today=utc_today if today is None else lambda: today,
        access_log=arguments.verbose,
    )
    try:
        asyncio.run(_serve(options, arguments.port_file))
    except PreparationError as error:
        return _fail(str(error))
    except OSError as error:
        return _fail(_why(error, options))
    except KeyboardInterrupt:
        # SIGINT before the loop could take it: nothing was started yet.
        return 0
    return 0


def _fail(sentence: str) -> int:
    sys.stderr.write(f"sample API: {sentence}\n")
    return _FAILURE


def _why(error: OSError, options: Options) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {options.port} of {options.host} is in use:"
            " choose another with --port, or 0 for any that is free."
        )
    reason = error.strerror or str(error)
    if error.filename is not None:
        return f"The port file {error.filename} cannot be written: {reason}."
    return f"It cannot listen on {options.host}, port {options.port}: {reason}."


async def _serve(options: Options, port_file: Path | None) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    server = SampleServer(options)
    await server.start()
    try:
        if port_file is not None:
            _write(port_file, f"{server.port}\n")
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        await stopped.wait()
    finally:
        if port_file is not None:
            _remove(port_file, f"{server.port}\n")
        await server.stop()


def _write(path: Path, text: str) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
        Path(temporary).replace(path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise


def _remove(path: Path, text: str) -> None:
    # Another server may have written it since.
    with contextlib.suppress(OSError):
        if path.read_text() == text:
            path.unlink()
