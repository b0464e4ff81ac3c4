"""A web server that misbehaves: raw sockets, one behaviour a path, one thread a connection.

    with HostileServer({"/": behaviours.drip(b"<p>", seconds=1)}) as server:
        ...

A behaviour is a function that gets a `Talk`: the request as it was received, `send` for raw bytes, `wait` for
doing nothing. It ends by returning; the connection is closed then, unless it set `keep_open`. Behaviours wait on an
event and never sleep, so that a server stops at once. `behaviours` has those that tests share.
"""

import contextlib
import socket
import ssl
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from time import monotonic
from typing import Self

HEAD_LIMIT = 65_536
BACKLOG = 64


@dataclass(frozen=True)
class Received:
    """One request: method, target as it stood on the line, headers with lower-case names, seconds since the start."""

    method: str
    target: str
    headers: Mapping[str, str]
    at: float


@dataclass
class Talk:
    """One request and the connection to answer it on."""

    request: Received
    connection: socket.socket
    stopping: Event
    sent: int = 0
    keep_open: bool = False
    """Whether the connection may carry a further request."""

    def send(self, data: bytes) -> None:
        """Send all of *data*. Raises OSError where the client is gone."""
        self.connection.sendall(data)
        self.sent += len(data)

    def wait(self, seconds: float) -> bool:
        """Do nothing for a while; False where the server is about to stop."""
        return not self.stopping.wait(seconds)

    def reset(self) -> None:
        """End the connection with RST instead of FIN."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


Behaviour = Callable[[Talk], None]


def not_found(talk: Talk) -> None:
    """What paths without a behaviour answer."""
    talk.send(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


class Running:
    """Base of servers that run for as long as their context lasts."""

    def start(self) -> None:
        raise NotImplementedError

    def stop(self) -> None:
        raise NotImplementedError

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *details: object) -> None:
        self.stop()


@dataclass
class HostileServer(Running):
    """Serves in threads for as long as the context lasts; *host* ``::1`` is IPv6, *tls* makes it https.

    ``requests`` keeps what was received, ``connections`` counts those accepted, ``refused_handshakes`` those whose
    client did not like the certificate. Behaviours may be exchanged while it runs; ``*`` stands for all other paths.
    """

    behaviours: dict[str, Behaviour] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    host: str = "127.0.0.1"
    requests: list[Received] = field(default_factory=list)
    connections: int = 0
    refused_handshakes: int = 0
    bytes_sent: int = 0
    port: int = 0
    on_connect: bytes = b""
    """Sent at once, before anything is read."""

    def __post_init__(self) -> None:
        self._lock = Lock()
        self._stopping = Event()
        self._start = monotonic()
        self._open: set[socket.socket] = set()
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        self._listener = socket.create_server((self.host, self.port), family=family, backlog=BACKLOG)
        self.port = self._listener.getsockname()[1]
        self._thread = Thread(target=self._accept, daemon=True)

    @property
    def url(self) -> str:
        """Address of the server without a slash at its end; https servers are named ``localhost``."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return f"https://localhost:{self.port}" if self.tls else f"http://{name}:{self.port}"

    @property
    def targets(self) -> list[str]:
        """What was asked for, in order."""
        return [request.target for request in self.requests]

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    socket.socket.shutdown(connection, socket.SHUT_RDWR)  # not TLS's own, which other threads use
        self._thread.join()

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
                self._open.add(connection)
            Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        connection = plain
        try:
            plain.sendall(self.on_connect)
            connection = self._wrapped(plain)
            while not self._stopping.is_set() and self._answer(connection):
                pass
        except OSError:
            pass  # the client went away, as clients of such servers do
        finally:
            with self._lock:
                self._open -= {plain, connection}
            connection.close()

    def _wrapped(self, connection: socket.socket) -> socket.socket:
        """The connection after the handshake. Raises OSError where the client ends it."""
        if self.tls is None:
            return connection
        try:
            wrapped = self.tls.wrap_socket(connection, server_side=True)
        except OSError:
            with self._lock:
                self.refused_handshakes += 1
            raise
        with self._lock:
            self._open.add(wrapped)
        return wrapped

    def _answer(self, connection: socket.socket) -> bool:
        """Answer one request; True where the behaviour kept the connection open for the next."""
        request = self._read(connection)
        if request is None:
            return False
        with self._lock:
            self.requests.append(request)
        behaviour = self.behaviours.get(request.target) or self.behaviours.get("*") or not_found
        talk = Talk(request, connection, self._stopping)
        try:
            behaviour(talk)
        finally:
            with self._lock:
                self.bytes_sent += talk.sent
        return talk.keep_open

    def _read(self, connection: socket.socket) -> Received | None:
        """The next request's head, None where the client closed instead. Bodies are not read: nobody sends one."""
        data = b""
        while b"\r\n\r\n" not in data and len(data) < HEAD_LIMIT:
            chunk = connection.recv(4096)
            if not chunk:
                return None
            data += chunk
        line, *lines = data.decode("latin-1").split("\r\n\r\n", 1)[0].split("\r\n")
        method, _, rest = line.partition(" ")
        headers = {name.strip().lower(): value.strip() for name, _, value in (item.partition(":") for item in lines)}
        return Received(method, rest.rpartition(" ")[0], headers, monotonic() - self._start)


class Trap(Running):
    """A listener that must never be reached; ``hits`` counts who did."""

    def __init__(self, host: str = "127.0.0.1"):
        self._server = HostileServer(host=host)
        self.port = self._server.port

    @property
    def hits(self) -> int:
        return self._server.connections

    def start(self) -> None:
        self._server.start()

    def stop(self) -> None:
        self._server.stop()
