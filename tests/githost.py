"""Places to push to: bare repositories with hooks, a silent socket, git over http, an ssh server. All on loopback."""

import base64
import os
import pwd
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from tests.conftest import clean_environment, closed_port, git


def make_bare(path: Path, **hooks: str) -> Path:
    """A bare repository that checks what it gets; hooks are shell scripts by name (``pre_receive``)."""
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(path)], check=True)
    git(path, "config", "receive.fsckObjects", "true")
    for name, script in hooks.items():
        set_hook(path, name, script)
    return path


def set_hook(bare: Path, name: str, script: str) -> None:
    hook = bare / "hooks" / name.replace("_", "-")
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\n{script}\n")
    hook.chmod(0o755)


def tip_of(repo: Path, branch: str = "main") -> str | None:
    done = subprocess.run(
        ["git", "-C", str(repo), "rev-parse", "--verify", "--quiet", f"refs/heads/{branch}"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout.strip() or None


@contextmanager
def tar_pit() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as server:
        yield server.getsockname()[1]


class GitHost:
    """``git http-backend`` behind a small web server: all repositories below a folder."""

    def __init__(self, root: Path, *, login: tuple[str, str] | None = None, tls: ssl.SSLContext | None = None):
        """*login*: user and token that every request has to bring."""
        self.root, self.login = root, login
        self.status: int | None = None
        """Answered to every request, where set."""
        self.location: str | None = None
        self.seen: list[str | None] = []
        """The header ``Authorization`` of every request."""
        self.proxy_login: tuple[str, str] | None = None
        """User and password that it wants as a proxy, where set: it is a proxy to itself then."""
        self.proxied: list[str] = []
        """Whole addresses that it was asked for as a proxy."""
        host = self

        class Handler(_Handler):
            owner = host

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    owner: GitHost
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            body = b"".join(iter(self._chunk, b""))
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._answer(body)

    def _chunk(self) -> bytes:
        size = int(self.rfile.readline(), 16)
        data = self.rfile.read(size)
        self.rfile.readline()
        return data

    def _answer(self, body: bytes) -> None:
        host = self.owner
        given = self.headers.get("Authorization")
        host.seen.append(given)
        if self.path.startswith("http://"):
            host.proxied.append(self.path)
        if host.proxy_login and self.headers.get("Proxy-Authorization") != _basic(host.proxy_login):
            self._send(407, {"Proxy-Authenticate": 'Basic realm="proxy"'}, b"who are you")
        elif host.status:
            self._send(host.status, {"Location": host.location} if host.location else {}, b"no")
        elif host.login and given != _basic(host.login):
            self._send(401, {"WWW-Authenticate": 'Basic realm="git"'}, b"who are you")
        else:
            self._send(*self._backend(body))

    def _backend(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        path, _, query = re.sub("^http://[^/]*", "", self.path).partition("?")
        environment = clean_environment() | {
            "GIT_PROJECT_ROOT": str(self.owner.root), "GIT_HTTP_EXPORT_ALL": "1", "REMOTE_USER": "pusher",
            "PATH_INFO": path, "QUERY_STRING": query, "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""), "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }  # fmt: skip
        done = subprocess.run(["git", "http-backend"], input=body, env=environment, capture_output=True, check=False)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().splitlines() if ": " in line)
        return int(headers.pop("Status", "200").split()[0]), headers, content

    def _send(self, status: int, headers: dict[str, str], content: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        pass


def _basic(login: tuple[str, str]) -> str:
    return "Basic " + base64.b64encode(":".join(login).encode()).decode()


def processes_with(mark: str) -> list[str]:
    """Command lines of running processes whose arguments or environment hold *mark*; not this one."""
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit() or int(folder.name) == os.getpid():
            continue
        try:
            words = (folder / "cmdline").read_bytes()
            if mark.encode() in words + (folder / "environ").read_bytes():
                found.append(words.replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue
    return found


def none_left(*marks: str) -> bool:
    """Whether no process with one of the marks is left; those that are killed end when the system gets at them."""
    end = time.monotonic() + 30
    while left := [line for mark in marks for line in processes_with(mark)]:
        if time.monotonic() > end:
            break
        time.sleep(0.02)
    return not left


class SshHost:
    """An ssh server of our own that lets one key in; needs Debian's openssh-server."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.port = closed_port()
        for name in ("host", "client", "stranger"):
            command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(folder / name)]
            subprocess.run(command, check=True)
        (folder / "authorized").write_bytes((folder / "client.pub").read_bytes())
        self.known_hosts = folder / "known hosts"
        host_key = " ".join((folder / "host.pub").read_text().split()[:2])
        self.known_hosts.write_text(f"[127.0.0.1]:{self.port} {host_key}\n")
        self.url = f"ssh://{pwd.getpwuid(os.getuid()).pw_name}@127.0.0.1:{self.port}"
        (folder / "config").write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nPidFile none\nUsePAM no\n"
            f"AuthorizedKeysFile {folder}/authorized\nStrictModes no\nPermitRootLogin prohibit-password\n"
            "PasswordAuthentication no\nKbdInteractiveAuthentication no\nMaxAuthTries 1\nLogLevel VERBOSE\n"
        )

    def __enter__(self) -> Self:
        sshd = shutil.which("sshd", path="/usr/sbin:/usr/bin:/usr/local/sbin")
        assert sshd
        Path("/run/sshd").mkdir(exist_ok=True)
        command = [sshd, "-D", "-e", "-f", str(self.folder / "config")]
        self._process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert self._process.stderr
        for line in self._process.stderr:
            if "Server listening" in line:
                return self
        raise AssertionError("sshd did not start")

    def __exit__(self, *error: object) -> None:
        self._process.terminate()
        self.log = self._process.communicate()[1]
