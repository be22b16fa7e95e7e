"""A server that listens to webhooks: real sockets, and answers as they are told to it."""

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(kw_only=True)
class Listener:
    """What was posted to an address.

    Attributes:
        address: Where it listens.
        answers: What it answers, one after another, the last for ever: a status; a status and
            where to go instead; or None, which is silence until the listener ends.
        heard: Path, headers in lower case, and document of each request.
    """

    address: str = ""
    answers: Sequence[int | tuple[int, str] | None] = (204,)
    heard: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def next_answer(self) -> int | tuple[int, str] | None:
        return self.answers[min(len(self.heard), len(self.answers)) - 1]


@contextmanager
def listening(*answers: int | tuple[int, str] | None) -> Iterator[Listener]:
    """Listen on a free port of this machine."""
    listener = Listener(answers=answers or (204,))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            listener.heard.append((self.path, headers, json.loads(body)))
            answer = listener.next_answer()
            if answer is None:
                listener.over.wait(60)
                return
            status, place = answer if isinstance(answer, tuple) else (answer, "")
            self.send_response(status)
            if place:
                self.send_header("Location", place)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        listener.address = f"http://127.0.0.1:{server.server_address[1]}/hook"
        try:
            yield listener
        finally:
            listener.over.set()
            server.shutdown()
            thread.join()
