"""What went wrong with a connection, in words; and the error where none can be made."""

from __future__ import annotations

import requests
import urllib3

from elt.errors import SourceRefusedError
from elt.http.auth import LoginError
from elt.http.session import RedirectedError
from elt.source import Source


def no_request(error: Exception, source: Source) -> SourceRefusedError:
    """The error to raise where a connection makes no URL, no header or no login."""
    if isinstance(error, LoginError):
        return SourceRefusedError(f"{source.table}: the connection {source.conn_id!r}: {error}")
    # The error itself quotes what it is about, which may be a password.
    return SourceRefusedError(
        f"{source.table}: no request can be made of the connection {source.conn_id!r} and the"
        f" endpoint {source.endpoint!r} ({type(error).__name__}): look at the connection's host,"
        " schema, port and extra"
    )


def connection_fault(error: Exception, source: Source) -> str:
    """`in_words` of an error of a request to ``source``.

    Raises SourceRefusedError where no request can be made of the connection.
    """
    if isinstance(error, ValueError):  # requests' own for wrong URLs and headers are such, too
        raise no_request(error, source) from None
    return in_words(error)


def in_words(error: Exception) -> str:
    """What went wrong with a connection; the libraries' own words quote objects and addresses."""
    text = str(error)
    match error:
        case requests.exceptions.ProxyError():
            return "its proxy did not let the request through"
        case requests.exceptions.SSLError() if "CERTIFICATE_VERIFY_FAILED" in text:
            return "its certificate was not accepted"
        case requests.exceptions.SSLError() | urllib3.exceptions.SSLError():
            return "no encrypted connection could be made"
        case requests.exceptions.TooManyRedirects():
            return "it redirects without end"
        case RedirectedError():
            return str(error)
        case requests.exceptions.ConnectTimeout():
            return "it did not accept the connection in time"
        case requests.exceptions.Timeout():
            return "it did not answer in time"
        case urllib3.exceptions.ReadTimeoutError():
            return "it fell silent in the middle of the answer"
        case urllib3.exceptions.DecodeError() | requests.exceptions.ContentDecodingError():
            return "its answer is not compressed as it says"
        case urllib3.exceptions.ProtocolError() | requests.exceptions.ChunkedEncodingError():
            return "its answer broke off"
    if "refused" in text:
        return "it refused the connection"
    if "resolve" in text or "Name or service" in text:
        return "its name cannot be resolved"
    if "reset" in text or "aborted" in text or "closed" in text:
        return "it closed the connection"
    return f"the connection failed ({type(error).__name__})"
