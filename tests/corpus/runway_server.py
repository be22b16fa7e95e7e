"""Runway's API on this machine: real sockets, its wire format, and what goes wrong with it.

It answers the real client (runwayml 5.24) as its types say: tasks are made by
``POST /v1/image_to_video`` and looked at by ``GET /v1/tasks/{id}``; large files come by
``POST /v1/uploads`` and a form sent to another address; results lie behind addresses that expire.
"""

import base64
import json
import re
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from corpus.plans import small_plan
from numpy.typing import NDArray

from ai_video_generator.encoding.video_encoder import write_video
from ai_video_generator.media.frames import Frame
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.media.timeline import Timeline

KEY = "key_canary_7f3b9d2e51c84a60"
_RATE = Fraction(24)
_CREDITS_PER_S = {"gen4_turbo": 5, "gen4.5": 12, "seedance2": 36}
_ZOOM = 0.02


@dataclass
class Server:
    """The service, and how it behaves.

    Attributes:
        url: Its address.
        refusals: Status, body and headers of answers to the next requests for a task, instead of
            making one.
        look_refusals: The same, to the next looks at one.
        unanswered: How many of the next requests make a task and are never answered.
        failures: Failure codes of the next tasks; an empty one lets a task go well.
        looks_needed: Looks at a task before it is over; None never ends.
        cuts: Bytes after which the next downloads break off.
        expired: How many of the next addresses of results have expired.
        length_s: Length of results instead of the one asked for; None is honest.
        size: Size of results instead of the one asked for.
        is_garbage: Whether results are no videos.
        orders: Documents of all requests that made a task.
        looks: Tasks that were looked at.
        starts: From which byte each download began.
        uploads: Files that were uploaded, by name.
        most_in_flight: The most tasks that were in the making at once.
        tasks: What each task is.
    """

    url: str = ""
    refusals: list[tuple[int, str, dict[str, str]]] = field(default_factory=list)
    look_refusals: list[tuple[int, str, dict[str, str]]] = field(default_factory=list)
    unanswered: int = 0
    failures: list[str] = field(default_factory=list)
    looks_needed: int | None = 1
    cuts: list[int] = field(default_factory=list)
    expired: int = 0
    length_s: int | None = None
    size: Resolution | None = None
    is_garbage: bool = False
    orders: list[dict[str, Any]] = field(default_factory=list)
    looks: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    uploads: dict[str, bytes] = field(default_factory=dict)
    most_in_flight: int = 0
    tasks: dict[str, dict[str, Any]] = field(default_factory=dict)

    def made(self, body: dict[str, Any]) -> dict[str, Any]:
        """Begin a task."""
        name = f"task-{len(self.orders)}"
        credits_usd = _CREDITS_PER_S.get(body["model"], 1) * body["duration"]
        self.orders.append(body)
        self.tasks[name] = {
            "body": body,
            "credits": credits_usd,
            "looks": 0,
            "is_over": False,
            "code": self.failures.pop(0) if self.failures else "",
        }
        working = sum(not task["is_over"] for task in self.tasks.values())
        self.most_in_flight = max(self.most_in_flight, working)
        return {"id": name, "estimatedCost": {"credits": credits_usd}}

    def looked_at(self, name: str) -> dict[str, Any] | None:
        """How far a task is."""
        self.looks.append(name)
        if name not in self.tasks:
            return None
        task = self.tasks[name]
        task["looks"] += 1
        told = {"id": name, "createdAt": "2026-01-02T03:04:05.678Z"}
        estimate = {"estimatedCost": {"credits": task["credits"]}}
        if self.looks_needed is None or task["looks"] < self.looks_needed:
            return {**told, **estimate, "status": "RUNNING", "progress": 0.5}
        task["is_over"] = True
        if task["code"]:
            failed = {"status": "FAILED", "failure": "it failed", "failureCode": task["code"]}
            return {**told, **failed, "cost": {"credits": 0}}
        address = f"{self.url}/files/{name}.mp4?_jwt={task['looks']}"
        cost = {"cost": {"credits": task["credits"]}}
        return {**told, **cost, "status": "SUCCEEDED", "output": [address]}

    def result(self, name: str) -> bytes:
        """The video of a task."""
        if self.is_garbage:
            return b"no video " * 100
        body = self.tasks[name]["body"]
        width, height = map(int, body["ratio"].split(":"))
        size = self.size or Resolution(width, height)
        return video(self.picture(body), size, self.length_s or body["duration"])

    def picture(self, body: dict[str, Any]) -> bytes:
        """The PNG file that a request came with."""
        image = body["promptImage"]
        uri = image if isinstance(image, str) else image[0]["uri"]
        return self.content(uri)

    def content(self, uri: str) -> bytes:
        """A file by its address."""
        if uri.startswith("runway://"):
            return self.uploads[uri.removeprefix("runway://")]
        return base64.b64decode(uri.partition(";base64,")[2])


@cache
def video(png: bytes, size: Resolution, seconds: int) -> bytes:
    """A video that goes slowly into a picture, by the program's own encoder."""
    still = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    assert still is not None
    rgb = cv2.cvtColor(still, cv2.COLOR_BGR2RGB)
    timeline = Timeline(frame_rate=_RATE, frame_count=seconds * int(_RATE))
    plan = small_plan()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "video.mp4"
        write_video(
            path,
            _zoomed(np.asarray(rgb, np.uint8), size, timeline.frame_count),
            size=size,
            timeline=timeline,
            encoder=plan.encoder,
            container="mp4",
            sound=None,
            sound_choice=None,
            tags={},
            on_frame=lambda: None,
        )
        return path.read_bytes()


def _zoomed(rgb: NDArray[np.uint8], size: Resolution, count: int) -> Any:
    height, width = rgb.shape[:2]
    for index in range(count):
        scale = (1 + _ZOOM * index / count) * size.width_px / width
        shift = ((size.width_px - scale * width) / 2, (size.height_px - scale * height) / 2)
        matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
        whole = (size.width_px, size.height_px)
        moved = cv2.warpAffine(rgb, matrix, whole, borderMode=cv2.BORDER_REPLICATE)
        yield Frame.from_rgb(np.asarray(moved, np.uint8))


class _Handler(BaseHTTPRequestHandler):
    server_state: Server

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its own name
        """Say nothing."""

    def do_POST(self) -> None:
        server, body = self.server_state, self._body()
        if self.path == "/upload":
            name = re.search(rb'name="key"\r\n\r\n([^\r]+)', body)
            content = re.search(rb'name="file"[^\r]*\r\n[^\r]+\r\n\r\n(.*)\r\n--', body, re.DOTALL)
            assert name is not None
            assert content is not None
            server.uploads[name[1].decode()] = content[1]
            self._send(204, b"")
            return
        if not self._is_allowed():
            return
        document = json.loads(body)
        if self.path == "/v1/uploads":
            key = f"upload-{len(server.uploads)}-{document['filename']}"
            self._json(
                200,
                {
                    "runwayUri": f"runway://{key}",
                    "uploadUrl": f"{server.url}/upload",
                    "fields": {"key": key},
                },
            )
        elif server.refusals:
            self._refuse(server.refusals.pop(0))
        else:
            made = server.made(document)
            if server.unanswered:
                server.unanswered -= 1
                self.close_connection = True
                return
            self._json(200, made)

    def do_GET(self) -> None:
        server = self.server_state
        if self.path.startswith("/files/"):
            self._file(self.path.removeprefix("/files/").partition(".")[0])
        elif self._is_allowed():
            if server.look_refusals:
                self._refuse(server.look_refusals.pop(0))
                return
            found = server.looked_at(self.path.rpartition("/")[2])
            self._json(404, {"error": "not found"}) if found is None else self._json(200, found)

    def _is_allowed(self) -> bool:
        given = self.headers["Authorization"]
        if given == f"Bearer {KEY}" and self.headers["X-Runway-Version"]:
            return True
        self._json(401, {"error": f"{given} is not a key"})
        return False

    def _file(self, name: str) -> None:
        server = self.server_state
        assert "Authorization" not in self.headers, "the key must not go to where results lie"
        if server.expired:
            server.expired -= 1
            self._send(403, b"expired")
            return
        content = server.result(name)
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers["Range"] or "")
        start = int(asked[1]) if asked else 0
        server.starts.append(start)
        self.send_response(206 if asked else 200)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        end = start + server.cuts.pop(0) if server.cuts else len(content)
        self.wfile.write(content[start:end])

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers["Content-Length"]))

    def _refuse(self, answer: tuple[int, str, dict[str, str]]) -> None:
        status, said, headers = answer
        self._send(status, json.dumps({"error": said}).encode(), headers)

    def _json(self, status: int, document: dict[str, Any]) -> None:
        self._send(status, json.dumps(document).encode())

    def _send(self, status: int, content: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def serving(**behaviour: Any) -> Iterator[Server]:
    """Serve on a free port of this machine."""
    state = Server(**behaviour)
    handler = type("Handler", (_Handler,), {"server_state": state})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
