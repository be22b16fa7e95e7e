"""A hub on this machine: real sockets, the hub's own protocol, and what goes wrong with it.

It answers the real client as the hub does (huggingface_hub 2.4, ``hf_api.model_info`` and
``file_download``): large files are redirected to another host, with their SHA-256 as ETag; small
ones come at once, with git's digest.
"""

import gzip
import hashlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

from ai_video_generator.config.model_config import WeightFile, WeightPart

COMMIT = "0123456789abcdef0123456789abcdef01234567"
REPOSITORY = "maker/model"
_LARGE = (".safetensors", ".onnx")
_PIECE_BYTES = 1 << 16


def tensors(size_bytes: int = 1000, seed: int = 0) -> bytes:
    """A whole safetensors file with so many bytes of tensors."""
    header = {"t": {"dtype": "U8", "shape": [size_bytes], "data_offsets": [0, size_bytes]}}
    block = hashlib.sha256(str(seed).encode()).digest()
    return _headed(header, (block * (size_bytes // len(block) + 1))[:size_bytes])


def shaped(shapes: dict[str, tuple[int, ...]]) -> bytes:
    """A safetensors file whose header tells of these tensors; they have no bytes."""
    return _headed(
        {
            name: {"dtype": "F16", "shape": list(shape), "data_offsets": [0, 0]}
            for name, shape in shapes.items()
        },
        b"",
    )


def _headed(header: dict[str, Any], body: bytes) -> bytes:
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + body


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def git_digest(content: bytes) -> str:
    """Git's digest of a blob."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def digest(path: str, content: bytes) -> str:
    """What the hub names a file's bytes by."""
    return sha256(content) if path.endswith(_LARGE) else git_digest(content)


def part(
    files: dict[str, bytes],
    *,
    name: str = "base",
    repository: str = REPOSITORY,
    revision: str = COMMIT,
    pinned: bool = True,
    licence: str = "MIT",
) -> WeightPart:
    """A part of these files; with their digests where it is pinned."""
    return WeightPart(
        name=name,
        repository=repository,
        revision=revision,
        files=tuple(
            WeightFile(
                path=path,
                size_bytes=len(content),
                sha256=sha256(content) if pinned and path.endswith(_LARGE) else "",
            )
            for path, content in files.items()
        ),
        licence=licence,
        licence_url="https://example.org/licence",
    )


@dataclass
class Hub:
    """What the hub has, and how it behaves.

    Attributes:
        commits: Files of each commit of each repository.
        branches: Commit of each repository's branch ``main``.
        gated: Repositories that need `token`, and what is answered without: 401 or 403.
        token: The token of an account that has accepted all licences.
        cuts: Bytes after which an answer with this file breaks off, one answer after another.
        wrong: Answers with this file that have a wrong byte.
        delay_s: Seconds before an answer with this file goes on after its first piece.
        listing_faults: HTTP status of answers to the next questions what a repository has.
        claims_bytes: Sizes that it tells instead of the true ones.
        takes_ranges: Whether parts of files are sent.
        packs: Whether small files are sent packed, whatever is asked.
        asked: Method and path of each request.
        sent_bytes: Bytes of each file that were sent.
        starts: From which byte each request wanted a file.
        tokens: Host and token of each request for bytes.
        endpoint: Its address.
    """

    commits: dict[str, dict[str, dict[str, bytes]]] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    gated: dict[str, int] = field(default_factory=dict)
    token: str = "hf_accepted"  # noqa: S105 - nobody's
    cuts: dict[str, list[int]] = field(default_factory=dict)
    wrong: dict[str, int] = field(default_factory=dict)
    delay_s: dict[str, float] = field(default_factory=dict)
    listing_faults: list[int] = field(default_factory=list)
    claims_bytes: dict[str, int] = field(default_factory=dict)
    takes_ranges: bool = True
    packs: bool = False
    asked: list[tuple[str, str]] = field(default_factory=list)
    sent_bytes: dict[str, int] = field(default_factory=dict)
    starts: list[tuple[str, int]] = field(default_factory=list)
    tokens: list[tuple[str, str]] = field(default_factory=list)
    endpoint: str = ""

    def add(
        self, files: dict[str, bytes], repository: str = REPOSITORY, commit: str = COMMIT
    ) -> None:
        """Have these files at a commit, which becomes the newest."""
        self.commits.setdefault(repository, {})[commit] = files
        self.branches[repository] = commit


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: Hub

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its own name
        """Say nothing."""

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.hub.asked.append((self.command, path))
        parts = path.strip("/").split("/")
        match parts:
            case ["api", "models", owner, name, "revision", revision]:
                self._listing(f"{owner}/{name}", revision)
            case [owner, name, "resolve", revision, *rest]:
                self._resolve(f"{owner}/{name}", revision, "/".join(rest))
            case ["cdn", owner, name, revision, *rest]:
                key = f"{owner}/{name}"
                self._bytes("/".join(rest), self.hub.commits[key][revision]["/".join(rest)])
            case _:
                self._plain(404, {})

    def _commit(self, repository: str, revision: str) -> str | None:
        """The commit that is meant; None after a refusal."""
        hub = self.hub
        if repository not in hub.commits:
            self._plain(401, {"X-Error-Code": "RepoNotFound"})
            return None
        commit = hub.branches[repository] if revision == "main" else revision
        if commit not in hub.commits[repository]:
            self._plain(404, {"X-Error-Code": "RevisionNotFound"})
            return None
        return commit

    def _listing(self, repository: str, revision: str) -> None:
        if self.headers.get("Authorization") == "Bearer hf_revoked":
            told = {"X-Error-Message": "Invalid credentials in Authorization header"}
            self._plain(401, told)
            return
        if self.hub.listing_faults:
            self._plain(self.hub.listing_faults.pop(0), {})
            return
        commit = self._commit(repository, revision)
        if commit is None:
            return
        siblings = []
        for path, content in self.hub.commits[repository][commit].items():
            size_bytes = self.hub.claims_bytes.get(path, len(content))
            one: dict[str, Any] = {"rfilename": path, "size": size_bytes}
            one["blobId"] = git_digest(content)
            if path.endswith(_LARGE):
                one["lfs"] = {"sha256": sha256(content), "size": size_bytes, "pointerSize": 134}
            siblings.append(one)
        body = {"_id": "1", "id": repository, "modelId": repository, "sha": commit}
        gated = "auto" if repository in self.hub.gated else False
        answer = {**body, "private": False, "tags": [], "gated": gated, "siblings": siblings}
        self._plain(200, {"Content-Type": "application/json"}, json.dumps(answer).encode())

    def _resolve(self, repository: str, revision: str, path: str) -> None:
        commit = self._commit(repository, revision)
        if commit is None:
            return
        given = self.headers.get("Authorization", "")
        if repository in self.hub.gated and given != f"Bearer {self.hub.token}":
            told = {"X-Error-Code": "GatedRepo", "X-Error-Message": "Access is restricted."}
            self._plain(self.hub.gated[repository], told)
            return
        content = self.hub.commits[repository][commit].get(path)
        if content is None:
            self._plain(404, {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": commit})
            return
        told = {"X-Repo-Commit": commit}
        if path.endswith(_LARGE):
            port = self.hub.endpoint.rpartition(":")[2]
            told["X-Linked-Etag"] = f'"{sha256(content)}"'
            told["X-Linked-Size"] = str(len(content))
            told["Location"] = f"http://localhost:{port}/cdn/{repository}/{commit}/{path}"
            self._plain(302, told)
        else:
            self._bytes(path, content, told | {"ETag": f'"{git_digest(content)}"'})

    def _bytes(self, path: str, content: bytes, told: dict[str, str] | None = None) -> None:
        hub = self.hub
        host = self.headers.get("Host", "").partition(":")[0]
        hub.tokens.append((host, self.headers.get("Authorization", "")))
        start, asked = 0, self.headers.get("Range")
        if asked and hub.takes_ranges:
            start = int(asked.removeprefix("bytes=").rstrip("-"))
        hub.starts.append((path, start))
        body = content[start:]
        if hub.wrong.get(path, 0) > 0 and body:
            hub.wrong[path] -= 1
            body = body[:-1] + bytes([body[-1] ^ 1])
        packed = hub.packs and not path.endswith(_LARGE)
        if packed:
            body = gzip.compress(body)
        self.send_response(206 if asked and hub.takes_ranges else 200)
        if packed:
            self.send_header("Content-Encoding", "gzip")
        for name, value in (told or {}).items():
            self.send_header(name, value)
        if asked and hub.takes_ranges:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        self._send(path, body)

    def _send(self, path: str, body: bytes) -> None:
        """Send bytes, as far and as slowly as it is wanted."""
        hub = self.hub
        cut = hub.cuts[path].pop(0) if hub.cuts.get(path) else None
        whole = body if cut is None else body[:cut]
        for at in range(0, len(whole), _PIECE_BYTES):
            piece = whole[at : at + _PIECE_BYTES]
            self.wfile.write(piece)
            hub.sent_bytes[path] = hub.sent_bytes.get(path, 0) + len(piece)
            if path in hub.delay_s:
                time.sleep(hub.delay_s[path])
        if cut is not None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_WR)

    def _plain(self, status: int, told: dict[str, str], body: bytes = b"") -> None:
        self.send_response(status)
        for name, value in told.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


class _Server(ThreadingHTTPServer):
    daemon_threads = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing where a client went away."""


@contextmanager
def running_hub() -> Iterator[Hub]:
    """A hub while the block runs."""
    hub = Hub()
    handler = type("Handler", (_Handler,), {"hub": hub})
    server = _Server(("127.0.0.1", 0), handler)
    hub.endpoint = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        _close_client()
        server.server_close()
        thread.join()


def _close_client() -> None:
    """Let go of the client's open connections, for which the server's threads wait."""
    from huggingface_hub import close_session

    close_session()
