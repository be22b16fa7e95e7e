"""Posts a JSON document to an address that a person chose."""

import json
import logging
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.client import HTTPException, HTTPMessage
from typing import IO, Any
from urllib.parse import urlsplit

import ai_video_generator

_log = logging.getLogger(__name__)

_PATIENCE_S = 10.0
# For a connection, and then for each answer; it is the wait at the end of every job.
_TRIES, _PAUSE_S = 2, 1.0
# A server that is being restarted is there again; one that is away is not waited for.
_SAME_AGAIN = (
    HTTPStatus.MOVED_PERMANENTLY,
    HTTPStatus.FOUND,
    HTTPStatus.TEMPORARY_REDIRECT,
    HTTPStatus.PERMANENT_REDIRECT,
)


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows a moved address with the same document, and never from https to http."""

    max_redirections = 5

    def redirect_request(  # noqa: PLR0917  # urllib's own
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        allowed = ("https",) if req.type == "https" else ("https", "http")
        if code not in _SAME_AGAIN or urlsplit(newurl).scheme.lower() not in allowed:
            return None  # urllib raises the answer as an error
        return urllib.request.Request(  # noqa: S310  # the scheme is looked at above
            newurl, data=req.data, headers=dict(req.header_items()), method="POST"
        )


def post(
    address: str,
    document: Mapping[str, object],
    *,
    patience_s: float = _PATIENCE_S,
    pause: Callable[[float], None] = time.sleep,
) -> bool:
    """Post a document; a failure is a warning, which names the host alone.

    The rest of an address may be a secret. A second try follows when nothing was reached or the
    server failed, and none after a silence, in which the document may have been heard.

    Args:
        address: Where to, http or https.
        document: What becomes the JSON.
        patience_s: How long a connection and an answer may each take.
        pause: Waits so many seconds before the second try.

    Returns:
        Whether it was taken.
    """
    for left in reversed(range(_TRIES)):
        problem, is_passing = _tried(address, json.dumps(document).encode(), patience_s)
        if not problem:
            return True
        if not is_passing or not left:
            _log.warning("webhook: %s was not told: %s", _host(address), problem)
            return False
        pause(_PAUSE_S)
    return False


def _tried(address: str, data: bytes, patience_s: float) -> tuple[str, bool]:
    """Post once; say what went wrong, empty for nothing, and whether it may pass."""
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"aivg/{ai_video_generator.__version__}",
    }
    try:
        request = urllib.request.Request(address, data=data, headers=headers, method="POST")  # noqa: S310  # checked by its option, and no other handler is there
        with _opener().open(request, timeout=patience_s):
            return "", False
    except urllib.error.HTTPError as error:
        error.close()
        return f"it answered {error.code} {error.reason}", (
            error.code >= HTTPStatus.INTERNAL_SERVER_ERROR
        )
    except (HTTPException, ValueError):
        return "the address or the answer is not one of the web", False
    except OSError as error:
        # What fails before the request is sent comes inside a URLError.
        cause = getattr(error, "reason", error)
        if isinstance(cause, TimeoutError):
            return f"no answer within {patience_s:g} seconds", False
        return (getattr(cause, "strerror", None) or str(cause)).lower(), True


def _opener() -> urllib.request.OpenerDirector:
    """What opens http and https, through the system's proxies, and nothing else."""
    opener = urllib.request.OpenerDirector()
    handlers: tuple[Any, ...] = (
        urllib.request.ProxyHandler(),
        urllib.request.UnknownHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        _Redirects(),
        urllib.request.HTTPErrorProcessor(),
    )
    for handler in handlers:
        opener.add_handler(handler)
    return opener


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or "the address"
    except ValueError:
        return "the address"
