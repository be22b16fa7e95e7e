"""A cloud's result, fetched: what was cut off goes on where it was."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from ai_video_generator.errors import CloudError
from ai_video_generator.models._cloud_order import NotNow

_TIMEOUT_S = 60.0
_PARTIAL, _WHOLE, _PAST_THE_END = 206, 200, 416
_LATER = frozenset({408, 425, 429, 500, 502, 503, 504})


class AddressExpired(Exception):  # noqa: N818 - no error: a new address is asked for
    """The address of a result is no longer valid."""


def fetch(url: str, path: Path, check: Callable[[], None]) -> None:
    """Fetch a file to its end; bytes that are in ``path`` already are not fetched again.

    Args:
        url: Where it is.
        path: Grows; what it holds is of the same file.
        check: Called between pieces; may raise to stop.

    Raises:
        AddressExpired: When the address leads nowhere any more.
        NotNow: When the network or the server failed; call again to go on.
        CloudError: When the address is not one of the web.
    """
    import httpx

    where = urlsplit(url)
    if where.scheme not in {"http", "https"}:
        raise CloudError(f"a result is said to be at {where.scheme!r}, which is no web address")
    there = path.stat().st_size if path.exists() else 0
    # Packed bytes could not be gone on with.
    headers = {"Accept-Encoding": "identity"}
    if there:
        headers["Range"] = f"bytes={there}-"
    try:
        with httpx.stream(
            "GET", url, headers=headers, timeout=_TIMEOUT_S, follow_redirects=True
        ) as answer:
            if answer.status_code == _PAST_THE_END:
                return
            _check_status(answer.status_code, str(where.hostname))
            mode = "ab" if answer.status_code == _PARTIAL else "wb"
            with path.open(mode) as file:
                for piece in answer.iter_bytes():
                    file.write(piece)
                    check()
    except httpx.HTTPError as error:
        raise NotNow(
            f"the download from {where.hostname} broke off ({type(error).__name__})",
            hint="look at the network; the task is kept, and the next run fetches it",
        ) from error


def _check_status(status: int, host: str) -> None:
    if status in _LATER:
        raise NotNow(f"{host} answers {status}")
    if status not in {_WHOLE, _PARTIAL}:
        raise AddressExpired(f"{host} answers {status}")
