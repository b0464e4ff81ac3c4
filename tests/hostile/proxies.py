"""Small real proxies on loopback that note what they are asked for.

``routes`` says where a name really leads, so that a test can serve ``www.secretchina.com:443`` without any name
server: whoever looked the name up itself would not come here.
"""

import base64
import contextlib
import selectors
import socket
import ssl
import struct
from dataclasses import dataclass, field
from threading import Event, Thread

from tests.hostile.server import Running

Place = tuple[str, int]


@dataclass
class Proxy(Running):
    """Serves CONNECT and absolute addresses (``http``), or SOCKS5 (``socks5``); *tls* makes it an https proxy.

    ``asked`` keeps the places that clients named, ``credentials`` what they gave. With *login* it wants those.
    """

    kind: str
    routes: dict[Place, Place] = field(default_factory=dict)
    login: str | None = None
    """``user:password``."""
    tls: ssl.SSLContext | None = None
    asked: list[Place] = field(default_factory=list)
    credentials: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._stopping = Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = Thread(target=self._accept, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError), client:
            stream = self.tls.wrap_socket(client, server_side=True) if self.tls else client
            with stream:
                if self.kind == "socks5":
                    self._serve_socks(stream)
                else:
                    self._serve_http(stream)

    # HTTP

    def _serve_http(self, client: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            head += client.recv(4096) or b"\r\n\r\n"
        line, *lines = head.decode("latin-1").split("\r\n")
        if not line:
            return
        headers = {name.lower(): value.strip() for name, _, value in (item.partition(":") for item in lines)}
        given = headers.get("proxy-authorization", "").removeprefix("Basic ")
        self.credentials.append(base64.b64decode(given).decode())
        if self.login and self.credentials[-1] != self.login:
            client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            return
        method, target, _ = line.split(" ")
        if method == "CONNECT":
            self._connect(client, _place(target, 443), b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            host, _, path = target.removeprefix("http://").partition("/")
            first = head.replace(target.encode(), b"/" + path.encode(), 1)
            self._connect(client, _place(host, 80), b"", first)

    # SOCKS5 (RFC 1928, RFC 1929)

    def _serve_socks(self, client: socket.socket) -> None:
        _, count = _exactly(client, 2)
        methods = _exactly(client, count)
        wanted = 2 if self.login else 0
        client.sendall(bytes([5, wanted if wanted in methods else 255]))
        if wanted not in methods:
            return
        if wanted:
            user = _exactly(client, _exactly(client, 2)[1])
            password = _exactly(client, _exactly(client, 1)[0])
            self.credentials.append(f"{user.decode()}:{password.decode()}")
            client.sendall(bytes([1, self.credentials[-1] != self.login]))
        _, _, _, kind = _exactly(client, 4)
        if kind == 3:
            host = _exactly(client, _exactly(client, 1)[0]).decode()
        else:
            size = {1: 4, 4: 16}[kind]
            host = socket.inet_ntop({4: socket.AF_INET, 16: socket.AF_INET6}[size], _exactly(client, size))
        (port,) = struct.unpack("!H", _exactly(client, 2))
        self._connect(client, (host, port), b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")

    # Both

    def _connect(self, client: socket.socket, place: Place, welcome: bytes, first: bytes = b"") -> None:
        self.asked.append(place)
        with socket.create_connection(self.routes.get(place, place), timeout=5) as server:
            server.settimeout(None)
            client.sendall(welcome)
            server.sendall(first)
            self._relay(client, server)

    def _relay(self, client: socket.socket, server: socket.socket) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(client, selectors.EVENT_READ, server)
            selector.register(server, selectors.EVENT_READ, client)
            while not self._stopping.is_set():
                for key, _ in selector.select(0.2):
                    data = key.fileobj.recv(65536)  # type: ignore[union-attr]
                    if not data:
                        return
                    key.data.sendall(data)
                    while isinstance(key.fileobj, ssl.SSLSocket) and key.fileobj.pending():
                        key.data.sendall(key.fileobj.recv(65536))


def _place(text: str, port: int) -> Place:
    host, _, number = text.rpartition(":") if text.rpartition(":")[2].isdigit() else (text, "", str(port))
    return host.strip("[]"), int(number)


def _exactly(connection: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        chunk = connection.recv(count - len(data))
        if not chunk:
            raise ConnectionError("the client went away")
        data += chunk
    return data
