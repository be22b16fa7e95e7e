"""Fetches files of the hub: resumes what was begun, tries again where the line breaks.

The hub's own client finds out what a commit has and who asks (``HF_ENDPOINT``, ``HF_TOKEN``,
``HF_HUB_OFFLINE``, ``HF_HUB_DOWNLOAD_TIMEOUT`` and proxies are its business). The bytes are read
here: since version 2.4 the client begins a file anew when the program is stopped.
"""

import logging
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeVar

from ai_video_generator.core.hub_errors import (
    BY_HAND,
    LineError,
    dependency_missing,
    disk_full,
    hub_errors,
)
from ai_video_generator.errors import DownloadError

T = TypeVar("T")

_log = logging.getLogger(__name__)

_TRIES = 5
# One after another without a byte; each waits twice as long as the one before.
_QUESTION_TRIES = 3
# Nothing is lost yet, and a person without a network waits for the answer: 7 seconds.
_FIRST_WAIT_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HubFile:
    """A file as the hub describes it.

    Attributes:
        path: Its path in the repository.
        size_bytes: Its size.
        digest: SHA-256 of a large file (64 digits), git's own of a small one (40).
    """

    path: str
    size_bytes: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HubListing:
    """What a repository has at a commit.

    Attributes:
        commit: The commit, 40 digits.
        files: Its files, by path.
    """

    commit: str
    files: Mapping[str, HubFile]


class HubClient:
    """Asks the hub.

    Args:
        wait: Waits so many seconds before another try; may raise, which ends the trying.

    Raises:
        DependencyMissingError: When the hub's client is not installed.
    """

    def __init__(self, wait: Callable[[float], None] = time.sleep) -> None:
        try:
            import huggingface_hub
            from huggingface_hub import constants
        except ImportError as error:
            raise dependency_missing() from error
        self._hub, self._wait = huggingface_hub, wait
        # Asked for anew, because the client reads them once, when it is imported.
        self._endpoint = (os.environ.get("HF_ENDPOINT") or "").rstrip("/") or None
        default_s = constants.HF_HUB_DOWNLOAD_TIMEOUT
        self._timeout_s = float(os.environ.get("HF_HUB_DOWNLOAD_TIMEOUT") or default_s)

    def listing(self, repository: str, revision: str) -> HubListing:
        """What a repository has; the hub's answer for a commit never changes.

        Raises:
            DownloadError: When the hub has none of it, or is out of reach.
            CredentialsMissingError: When it wants to know who asks.
        """

        def asked() -> HubListing:
            with hub_errors(repository, revision):
                info = self._hub.HfApi(self._endpoint).model_info(
                    repository, revision=revision, files_metadata=True, timeout=self._timeout_s
                )
            files = [_described(one) for one in info.siblings or ()]
            return HubListing(commit=str(info.sha), files={one.path: one for one in files})

        return self._retried(repository, asked, tries=_QUESTION_TRIES)

    def fetch(
        self,
        repository: str,
        commit: str,
        file: HubFile,
        target: Path,
        on_bytes: Callable[[int], None],
    ) -> None:
        """Fetch the rest of a file; what ``target`` has already is kept.

        Args:
            repository: Where it is.
            commit: At which commit.
            file: What to fetch.
            target: Where it goes; its folder is there.
            on_bytes: Called with the size of each piece, negative where one is fetched anew; may
                raise, which ends the fetching.

        Raises:
            DownloadError: When the line stays broken.
            CredentialsMissingError: When the hub wants to know who asks.
            DiskFullError: When there is no room.
        """

        def continued() -> None:
            if _size(target) != file.size_bytes:
                with hub_errors(repository, commit):
                    self._stream(repository, commit, file, target, on_bytes)

        self._retried(
            f"{repository}/{file.path}", continued, tries=_TRIES, grown=lambda: _size(target)
        )

    def _stream(
        self,
        repository: str,
        commit: str,
        file: HubFile,
        target: Path,
        on_bytes: Callable[[int], None],
    ) -> None:
        """Read until the file ends or the line breaks."""
        from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]  # lazy

        have = _size(target)
        if have > file.size_bytes:
            target.unlink()
            on_bytes(-have)
            have = 0
        headers = {**build_hf_headers(), "Accept-Encoding": "identity"}
        if have:
            headers["Range"] = f"bytes={have}-"
        url = self._hub.hf_hub_url(repository, file.path, revision=commit, endpoint=self._endpoint)
        with self._hub.get_session().stream(
            "GET", url, headers=headers, timeout=self._timeout_s, follow_redirects=True
        ) as answer:
            self._hub.hf_raise_for_status(answer)
            if have and answer.status_code != HTTPStatus.PARTIAL_CONTENT:
                _log.info("%s begins anew: the server sends no parts", file.path)
                on_bytes(-have)
                have = 0
            self._save(answer, file, target, have, on_bytes)

    def _save(
        self, answer: Any, file: HubFile, target: Path, have: int, on_bytes: Callable[[int], None]
    ) -> None:
        """Write what comes behind what is there."""
        with target.open("r+b" if have else "wb") as part:
            part.seek(have)
            part.truncate()
            # Packed although it was not asked for, as some hubs do with small texts.
            packed = answer.headers.get("Content-Encoding", "identity") != "identity"
            for piece in answer.iter_bytes() if packed else answer.iter_raw():
                have += len(piece)
                if have > file.size_bytes:
                    raise DownloadError(
                        f"the hub sends more of {file.path} than the {file.size_bytes} bytes it "
                        "should have",
                        hint=f"try again later, {BY_HAND}",
                    )
                try:
                    part.write(piece)
                    part.flush()
                except OSError as error:
                    raise disk_full(file.path) from error
                on_bytes(len(piece))
        if have < file.size_bytes:
            raise LineError(f"the line ended after {have} of {file.size_bytes} bytes")

    def _retried(
        self,
        what: str,
        action: Callable[[], T],
        *,
        tries: int,
        grown: Callable[[], int] = lambda: 0,
    ) -> T:
        """Try until it succeeds, with longer and longer waits between tries that bring nothing.

        Raises:
            DownloadError: When too many of these follow each other.
        """
        failures, before = 0, grown()
        while True:
            try:
                return action()
            except LineError as error:
                now = grown()
                failures = 1 if now > before else failures + 1
                before = now
                _log.info("%s: %s", what, error)
                if failures > tries:
                    raise DownloadError(
                        f"{what} could not be fetched: {error}",
                        hint=f"look at the network and try again, what came is kept; {BY_HAND}",
                    ) from error
            self._wait(_FIRST_WAIT_S * 2 ** (failures - 1))


def _described(sibling: Any) -> HubFile:
    """A file of the hub's answer."""
    lfs = sibling.lfs
    return HubFile(
        path=sibling.rfilename,
        size_bytes=int(lfs.size if lfs else sibling.size or 0),
        digest=str(lfs.sha256 if lfs else sibling.blob_id or ""),
    )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
