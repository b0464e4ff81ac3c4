"""The sample site on a loopback port."""

from __future__ import annotations

import hashlib
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from types import TracebackType
from typing import Self, cast
from urllib.parse import unquote

from sample_site.site import Answer, SampleSite


class SampleServer:
    """Serve a site in a thread of its own for as long as the context lasts.

    Every request target is kept in ``requests``, percent-encoded as it was received.
    ``overrides`` maps a decoded path with its query to the answer to give instead, and
    ``site`` may be replaced, both while the server runs. Pages carry an ETag; ``unchanged`` holds the targets
    that were answered with 304 because their client has them already.
    """

    def __init__(self, site: SampleSite, *, port: int = 0, host: str = "127.0.0.1") -> None:
        self.site = site
        self.requests: list[str] = []
        self.unchanged: list[str] = []
        self.overrides: dict[str, Answer] = {}
        self._lock = Lock()
        self._http = _Http((host, port), self)
        self._thread = Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.url = f"http://{host}:{self._http.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def answer(self, target: str) -> Answer:
        """Note a request and return what to send for it."""
        with self._lock:
            self.requests.append(target)
        return self.overrides.get(unquote(target)) or self.site.respond(target)

    def note_unchanged(self, target: str) -> None:
        """Note a request whose client has the page already."""
        with self._lock:
            self.unchanged.append(target)


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    # Closing must not wait for clients that keep their connection open.
    block_on_close = False

    def __init__(self, address: tuple[str, int], owner: SampleServer) -> None:
        self.owner = owner
        super().__init__(address, _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Report a fault of this program, but not a client that went away."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body leave in one segment; two small writes would wait for each other's acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        owner = cast(_Http, self.server).owner
        answer = owner.answer(self.path)
        etag = f'"{hashlib.sha256(answer.body).hexdigest()[:16]}"'
        if answer.status == 200 and self.headers.get("If-None-Match") == etag:
            owner.note_unchanged(self.path)
            answer = Answer(304, answer.content_type, b"")
        self.send_response(answer.status)
        if answer.status in (200, 304):
            self.send_header("ETag", etag)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    do_HEAD = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: tests read ``SampleServer.requests``."""
