"""Single answers of a hostile server: what the download handlers let through. Rows D01, D02, D12, D16, D18, E01–E03."""

import ssl
from time import monotonic

import pytest
from scrapy.exceptions import DownloadCancelledError, DownloadTimeoutError, UnsupportedURLSchemeError

from newsmirror.failures import CERTIFICATE, NO_TLS, PRIVATE, TOO_LARGE, explain
from tests.hostile import behaviours
from tests.hostile.ca import BAD, Authority
from tests.hostile.fetch import Fetcher
from tests.hostile.server import Behaviour, HostileServer, Trap

PAGE = b"<html><body><p>hello</p></body></html>"
TWO_LENGTHS = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 9\r\n\r\nabc"


@pytest.fixture
def trusting(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """The authority, trusted by this process."""
    for name, value in authority.environment.items():
        monkeypatch.setenv(name, value)
    return authority


def failure(fetcher: Fetcher, url: str, *, timeout: float = 30, front: str | None = None) -> tuple[str, str]:
    """Reason and words for a request that must fail."""
    with pytest.raises(Exception) as caught:  # noqa: PT011 - which one is what `explain` tells apart
        fetcher.get(url, timeout=timeout, NEWSMIRROR_SITE_URL=front or url)
    return explain(caught.value)


def test_good_certificate_is_taken(fetcher: Fetcher, trusting: Authority) -> None:
    with HostileServer({"/": behaviours.answer(PAGE)}, tls=trusting.context("good", "localhost")) as server:
        response = fetcher.get(f"{server.url}/", NEWSMIRROR_SITE_URL=server.url)

    assert response.body == PAGE


@pytest.mark.parametrize("kind", BAD)
def test_bad_certificate_is_an_identity_failure(fetcher: Fetcher, trusting: Authority, kind: str) -> None:
    with HostileServer({"/": behaviours.answer(PAGE)}, tls=trusting.context(kind, "localhost")) as server:
        assert failure(fetcher, f"{server.url}/") == ("identity", CERTIFICATE)

    assert server.requests == []


def test_old_tls_is_an_identity_failure(fetcher: Fetcher, trusting: Authority) -> None:
    context = trusting.context("good", "localhost")
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with HostileServer({"/": behaviours.answer(PAGE)}, tls=context) as server:
        assert failure(fetcher, f"{server.url}/") == ("identity", NO_TLS)


def test_plain_answer_on_a_tls_port_is_an_identity_failure(fetcher: Fetcher) -> None:
    with HostileServer(on_connect=b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi") as server:
        assert failure(fetcher, f"https://localhost:{server.port}/") == ("identity", NO_TLS)


def test_plain_http_is_for_the_front_only(fetcher: Fetcher, hostile: HostileServer) -> None:
    with pytest.raises(UnsupportedURLSchemeError):
        fetcher.get(f"{hostile.url}/", NEWSMIRROR_SITE_URL="https://www.secretchina.com")

    assert hostile.connections == 0


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0.0.0.0", "[::1]", "[::]",
     "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]"],
)  # fmt: skip
def test_names_and_numbers_of_this_machine_are_not_connected_to(fetcher: Fetcher, trap: Trap, host: str) -> None:
    url = f"https://{host}:{trap.port}/"

    reason, words = failure(fetcher, url, front="https://front.example")

    assert (reason, words) in {("identity", PRIVATE), ("unreachable", "the host's name is not known")}
    assert trap.hits == 0


def test_proxy_of_the_environment_is_not_gone_around(
    fetcher: Fetcher, trap: Trap, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("all_proxy", "socks5://127.0.0.1:9")

    reason, words = failure(fetcher, f"https://localhost:{trap.port}/", front="https://front.example")

    assert (reason, words.partition(",")[0]) == ("refused", "the environment asks for a proxy (all_proxy)")
    assert trap.hits == 0


def test_loopback_is_connected_to_where_it_is_the_front(fetcher: Fetcher, hostile: HostileServer) -> None:
    hostile.behaviours["/"] = behaviours.answer(PAGE)

    assert fetcher.get(f"{hostile.url}/", NEWSMIRROR_SITE_URL=hostile.url).status == 200


def test_ipv6_works(fetcher: Fetcher) -> None:
    with HostileServer({"/": behaviours.answer(PAGE)}, host="::1") as server:
        assert fetcher.get(f"{server.url}/", NEWSMIRROR_SITE_URL=server.url).body == PAGE


@pytest.mark.parametrize(
    "behaviour",
    [
        behaviours.silent,
        behaviours.drip(PAGE, seconds=0.05),
        behaviours.slow_headers(seconds=0.05),
        behaviours.drip(PAGE, seconds=60),
    ],
    ids=["silent", "slow body", "slow headers", "nothing after headers"],
)
def test_slow_answer_ends_at_the_time_limit(fetcher: Fetcher, hostile: HostileServer, behaviour: Behaviour) -> None:
    hostile.behaviours["/"] = behaviour
    start = monotonic()

    with pytest.raises(DownloadTimeoutError):
        fetcher.get(f"{hostile.url}/", timeout=0.5, NEWSMIRROR_SITE_URL=hostile.url)

    assert monotonic() - start < 50


@pytest.mark.parametrize(
    "behaviour",
    [behaviours.header_flood(megabytes=20), behaviours.header_flood(megabytes=20, line=32), behaviours.interim_flood],
    ids=["long headers", "many headers", "interim answers"],
)
def test_endless_head_is_given_up(fetcher: Fetcher, hostile: HostileServer, behaviour: Behaviour) -> None:
    hostile.behaviours["/"] = behaviour

    assert failure(fetcher, f"{hostile.url}/") == ("refused", "the answer's headers do not end")


def test_one_long_header_is_given_up(fetcher: Fetcher, hostile: HostileServer) -> None:
    hostile.behaviours["/"] = behaviours.long_header(megabytes=20)

    assert failure(fetcher, f"{hostile.url}/")[0] in {"refused", "unreachable"}
    assert hostile.bytes_sent < 20_000_000


@pytest.mark.parametrize("framing", ["close", "chunked"])
def test_endless_body_is_given_up(fetcher: Fetcher, hostile: HostileServer, framing: str) -> None:
    hostile.behaviours["/"] = behaviours.endless(framing=framing)

    with pytest.raises(DownloadCancelledError) as caught:
        fetcher.get(f"{hostile.url}/", NEWSMIRROR_SITE_URL=hostile.url)

    assert explain(caught.value) == ("refused", TOO_LARGE)


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (behaviours.cut(PAGE, share=0.5, framing="length"), "the answer was cut"),
        (behaviours.cut(PAGE, share=0.5, framing="chunked"), "the answer was cut"),
        (behaviours.reset_after(PAGE, share=0.5), "the answer was cut"),
        (behaviours.bad_chunks(PAGE), "the answer was cut"),
        (behaviours.announce("-5", PAGE), "the connection failed"),
        (behaviours.announce("0x10", PAGE), "the connection failed"),
        (behaviours.announce("99999999999999"), TOO_LARGE),
        (behaviours.raw(b"SSH-2.0-OpenSSH_9.2\r\n"), "the connection failed"),
        (behaviours.raw(b""), "the connection failed"),
        (behaviours.raw(TWO_LENGTHS), "the connection failed"),
    ],
    ids=["length", "chunks", "reset", "bad chunk", "negative", "hexadecimal", "huge", "no http", "nothing", "two"],
)  # fmt: skip
def test_lie_about_the_length_is_a_failure(
    fetcher: Fetcher, hostile: HostileServer, behaviour: Behaviour, words: str
) -> None:
    hostile.behaviours["/"] = behaviour

    assert failure(fetcher, f"{hostile.url}/")[1] == words
