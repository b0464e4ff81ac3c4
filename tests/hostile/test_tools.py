"""The tools of these tests do what they say."""

import http.client
import socket
import ssl
import urllib.request

import pytest

from tests.hostile import behaviours
from tests.hostile.ca import BAD, Authority
from tests.hostile.server import HostileServer, Trap


def get(url: str, context: ssl.SSLContext | None = None) -> bytes:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))
    with opener.open(url, timeout=60) as response:
        body: bytes = response.read()
    return body


def test_server_notes_what_it_is_asked(hostile: HostileServer) -> None:
    hostile.behaviours["/a"] = behaviours.answer(b"one")

    body = get(f"{hostile.url}/a")

    assert body == b"one"
    assert hostile.targets == ["/a"]
    assert hostile.requests[0].headers["user-agent"].startswith("Python-urllib")


def test_cut_body_is_noticed_by_length_and_chunks_only(hostile: HostileServer) -> None:
    page = b"<p>1</p>" * 100
    for framing in ("length", "chunked", "close"):
        hostile.behaviours[f"/{framing}"] = behaviours.cut(page, share=0.5, framing=framing)

    for framing in ("length", "chunked"):
        with pytest.raises(http.client.IncompleteRead):
            get(f"{hostile.url}/{framing}")

    assert get(f"{hostile.url}/close") == page[:400]


@pytest.mark.parametrize("encoding", behaviours.PACKERS)
def test_bomb_is_small_on_the_wire(hostile: HostileServer, encoding: str) -> None:
    hostile.behaviours["/"] = behaviours.bomb(encoding, megabytes=5)

    assert len(get(f"{hostile.url}/")) < 10_000


def test_behaviours_follow_in_turn(hostile: HostileServer) -> None:
    hostile.behaviours["/"] = behaviours.in_turn(behaviours.answer(b"1"), behaviours.answer(b"2"))

    assert [get(f"{hostile.url}/") for _ in range(3)] == [b"1", b"2", b"2"]


def test_good_certificate_is_accepted(authority: Authority) -> None:
    trusting = ssl.create_default_context(cafile=str(authority.trusted))
    with HostileServer({"/": behaviours.answer(b"yes")}, tls=authority.context("good", "localhost")) as server:
        assert get(f"{server.url}/", trusting) == b"yes"


@pytest.mark.parametrize("kind", BAD)
def test_bad_certificate_is_refused(authority: Authority, kind: str) -> None:
    trusting = ssl.create_default_context(cafile=str(authority.trusted))
    with (
        HostileServer(tls=authority.context(kind, "localhost")) as server,
        socket.create_connection(("127.0.0.1", server.port)) as plain,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        trusting.wrap_socket(plain, server_hostname="localhost")


def test_trap_counts_connections(trap: Trap) -> None:
    with socket.create_connection(("127.0.0.1", trap.port)) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
        connection.recv(100)

    assert trap.hits == 1
