"""Proxies are really used, and nothing goes around them. Rows D24, D25, and D03 through each of them."""

import base64
import gc
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from newsmirror.failures import CERTIFICATE, PROXY, explain
from newsmirror.outcome import Outcome
from newsmirror.pins import WORDS, pin_of
from sample_site import SampleSite
from tests.hostile import behaviours
from tests.hostile.ca import BAD, Authority, public_key_of
from tests.hostile.conftest import Attack
from tests.hostile.fetch import Fetcher
from tests.hostile.measured import ROOT, environment_with
from tests.hostile.proxies import Place, Proxy
from tests.hostile.server import HostileServer, Talk, Trap

SITE = "www.secretchina.com"
URL = f"https://{SITE}/"
PAGE = b"<html><body><p>hello</p></body></html>"
KINDS = {"http": "http", "https": "https", "socks5": "socks5h"}
SAMPLE = SampleSite()


def sample(talk: Talk) -> None:
    """The sample site."""
    answer = SAMPLE.respond(talk.request.target)
    behaviours.answer(answer.body, status=answer.status, kind=answer.content_type)(talk)


@pytest.fixture
def trusting(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Authority:
    for name, value in authority.environment.items():
        monkeypatch.setenv(name, value)
    return authority


@pytest.fixture
def source(trusting: Authority) -> Iterator[HostileServer]:
    """The source's own name, with a certificate that is good for it, at a port that only a proxy's route finds."""
    with HostileServer({"*": sample, "/": behaviours.answer(PAGE)}, tls=trusting.context("good", SITE)) as running:
        yield running


def proxy_to(server: HostileServer, kind: str, authority: Authority, login: str | None = None) -> Proxy:
    routes: dict[Place, Place] = {(SITE, 443): ("127.0.0.1", server.port)}
    return Proxy(kind, routes, login, authority.context("good", "localhost") if kind == "https" else None)


def address(proxy: Proxy, login: str = "") -> str:
    return f"{KINDS[proxy.kind]}://{login}localhost:{proxy.port}"


@pytest.mark.parametrize("kind", KINDS)
def test_requests_go_through_the_proxy_by_name(
    fetcher: Fetcher, source: HostileServer, trusting: Authority, kind: str
) -> None:
    with proxy_to(source, kind, trusting) as proxy:
        response = fetcher.get(URL, NEWSMIRROR_PROXY=address(proxy))

    assert response.body == PAGE
    assert proxy.asked == [(SITE, 443)]
    assert source.requests[0].headers["host"] == SITE
    assert "proxy-authorization" not in source.requests[0].headers


@pytest.mark.parametrize("kind", KINDS)
def test_front_is_asked_through_the_proxy_as_well(
    fetcher: Fetcher, hostile: HostileServer, trusting: Authority, kind: str
) -> None:
    hostile.behaviours["/"] = behaviours.answer(PAGE)
    with proxy_to(hostile, kind, trusting) as proxy:
        response = fetcher.get(f"{hostile.url}/", NEWSMIRROR_SITE_URL=hostile.url, NEWSMIRROR_PROXY=address(proxy))

    assert response.body == PAGE
    assert proxy.asked == [("127.0.0.1", hostile.port)]


@pytest.mark.parametrize("kind", KINDS)
def test_credentials_reach_the_proxy_and_nobody_else(
    fetcher: Fetcher, source: HostileServer, trusting: Authority, kind: str
) -> None:
    with proxy_to(source, kind, trusting, login="us@er:se cret") as proxy:
        response = fetcher.get(URL, NEWSMIRROR_PROXY=address(proxy, "us%40er:se%20cret@"))

    assert response.body == PAGE
    assert proxy.credentials == ["us@er:se cret"]
    assert "proxy-authorization" not in source.requests[0].headers


@pytest.mark.parametrize("kind", KINDS)
def test_proxy_that_wants_other_credentials_is_named(
    fetcher: Fetcher, source: HostileServer, trusting: Authority, kind: str
) -> None:
    with proxy_to(source, kind, trusting, login="user:secret") as proxy, pytest.raises(Exception) as caught:  # noqa: PT011
        fetcher.get(URL, NEWSMIRROR_PROXY=address(proxy))

    assert explain(caught.value) == ("unreachable", PROXY)
    assert source.connections == 0
    del caught
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # httpcore leaves this one connection to the collector
        gc.collect()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bad", BAD)
def test_bad_certificate_is_refused_through_a_proxy(fetcher: Fetcher, trusting: Authority, kind: str, bad: str) -> None:
    with (
        HostileServer({"/": behaviours.answer(PAGE)}, tls=trusting.context(bad, SITE)) as server,
        proxy_to(server, kind, trusting) as proxy,
        pytest.raises(Exception) as caught,  # noqa: PT011
    ):
        fetcher.get(URL, NEWSMIRROR_PROXY=address(proxy))

    assert explain(caught.value) == ("identity", CERTIFICATE)
    assert server.requests == []


@pytest.mark.parametrize("kind", KINDS)
def test_dead_proxy_means_no_answer(fetcher: Fetcher, trap: Trap, kind: str) -> None:
    with Proxy("http") as gone:
        port = gone.port

    with pytest.raises(Exception) as caught:  # noqa: PT011
        fetcher.get(
            f"https://localhost:{trap.port}/",
            NEWSMIRROR_SITE_URL=f"https://localhost:{trap.port}",
            NEWSMIRROR_PROXY=f"{KINDS[kind]}://127.0.0.1:{port}",
        )

    assert explain(caught.value)[0] == "unreachable"
    assert trap.hits == 0


@pytest.mark.parametrize("kind", KINDS)
def test_time_limit_is_for_the_whole_answer(
    fetcher: Fetcher, source: HostileServer, trusting: Authority, kind: str
) -> None:
    source.behaviours["/"] = behaviours.drip(PAGE, seconds=0.05)
    with proxy_to(source, kind, trusting) as proxy, pytest.raises(Exception) as caught:  # noqa: PT011
        fetcher.get(URL, timeout=0.5, NEWSMIRROR_PROXY=address(proxy))

    assert explain(caught.value) == ("unreachable", "no answer in time")


@pytest.mark.parametrize("kind", KINDS)
def test_cut_page_without_length_is_marked(
    fetcher: Fetcher, source: HostileServer, trusting: Authority, kind: str
) -> None:
    source.behaviours["/"] = behaviours.cut(PAGE, share=0.5, framing="close")
    with proxy_to(source, kind, trusting) as proxy:
        assert fetcher.get(URL, NEWSMIRROR_PROXY=address(proxy)).flags == ["partial"]

        source.behaviours["/"] = behaviours.answer(PAGE)
        assert fetcher.get(URL, NEWSMIRROR_PROXY=address(proxy)).flags == []


@pytest.mark.parametrize("kind", KINDS)
def test_endless_headers_are_given_up(fetcher: Fetcher, source: HostileServer, trusting: Authority, kind: str) -> None:
    source.behaviours["/"] = behaviours.header_flood(megabytes=20)
    with proxy_to(source, kind, trusting) as proxy, pytest.raises(Exception) as caught:  # noqa: PT011
        fetcher.get(URL, NEWSMIRROR_PROXY=address(proxy))

    assert explain(caught.value)[0] in {"refused", "unreachable"}
    assert source.bytes_sent < 20_000_000


# Pins


@pytest.mark.parametrize("kind", ["direct", *KINDS])
def test_pinned_key_is_taken_and_another_is_not(fetcher: Fetcher, trusting: Authority, kind: str) -> None:
    right, wrong = (f"sha256/{base64.b64encode(pin).decode()}" for pin in (pin_of(public_key_of(trusting)), bytes(32)))
    name = "localhost" if kind == "direct" else SITE
    with HostileServer({"/": behaviours.answer(PAGE)}, tls=trusting.context("good", name)) as server:
        with proxy_to(server, "http" if kind == "direct" else kind, trusting) as proxy:
            way: dict[str, Any] = {"NEWSMIRROR_SITE_URL": server.url}
            if kind != "direct":
                way = {"NEWSMIRROR_PROXY": address(proxy)}
            url = f"{server.url}/" if kind == "direct" else URL

            assert fetcher.get(url, NEWSMIRROR_PINS=f"{wrong},{right}", **way).body == PAGE
            with pytest.raises(Exception) as caught:  # noqa: PT011
                fetcher.get(url, NEWSMIRROR_PINS=wrong, **way)

        assert explain(caught.value) == ("identity", WORDS)
        assert len(server.requests) == 1


# Whole runs


@pytest.mark.parametrize("kind", KINDS)
def test_run_through_a_proxy_publishes(
    fetcher: Fetcher, source: HostileServer, trusting: Authority, tmp_path: Path, kind: str
) -> None:
    with proxy_to(source, kind, trusting) as proxy:
        run = fetcher.crawl(
            tmp_path / "mirror", None, category="p1", limit="2",
            settings={"NEWSMIRROR_PROXY": address(proxy), "NEWSMIRROR_IMAGES": "none"},
        )  # fmt: skip

    assert run.outcome is Outcome.PUBLISHED
    assert run.count("articles/scraped") == 2
    assert set(proxy.asked) == {(SITE, 443)}


def test_environment_that_asks_for_a_proxy_is_refused(attack: Attack, trap: Trap) -> None:
    done = attack(environment={"ALL_PROXY": f"socks5://127.0.0.1:{trap.port}", "NO_PROXY": "*"})

    assert done.exit_code == 2
    assert "newsmirror: the environment asks for a proxy (ALL_PROXY), which is not used unasked" in done.log
    assert trap.hits == 0


def test_environment_does_not_reach_a_run(
    attack: Attack, hostile: HostileServer, trap: Trap, source: HostileServer, trusting: Authority
) -> None:
    hostile.behaviours["*"] = sample
    names = ("http_proxy", "HTTPS_PROXY", "ALL_PROXY")
    environment = dict.fromkeys(names, f"http://127.0.0.1:{trap.port}") | {"NO_PROXY": "*"} | trusting.environment

    here = attack("-a", "category=p1", "-a", "limit=1", url=hostile.url, environment=environment)
    with proxy_to(source, "socks5", trusting, login="user:canary") as proxy:
        set_ = {"NEWSMIRROR_PROXY": address(proxy, "user:canary@")}
        through = attack("-a", "category=p2", "-a", "limit=1", environment=environment | set_)

    assert (here.exit_code, through.exit_code) == (0, 0), here.log + through.log
    assert "The environment's proxies (ALL_PROXY, HTTPS_PROXY, http_proxy) are not used" in here.log
    assert trap.hits == 0
    assert (SITE, 443) in proxy.asked
    assert "canary" not in through.log


def test_httpx_is_imported_only_where_a_proxy_needs_it() -> None:
    code = (
        "import sys, newsmirror.settings, newsmirror.commands.crawl, newsmirror.spiders.secretchina;"
        "import newsmirror.handlers;"
        "sys.exit('httpx' in sys.modules or 'socksio' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", code], env=environment_with({}), cwd=ROOT, check=False)

    assert done.returncode == 0
