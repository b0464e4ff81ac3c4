"""Is this the source? Whole runs against one that is not. Rows D01, D02, D15 to D17."""

from pathlib import Path

import pytest

from newsmirror.outcome import Outcome
from newsmirror.spiders.secretchina import SITE
from tests.hostile import behaviours
from tests.hostile.ca import BAD, Authority
from tests.hostile.conftest import Attack
from tests.hostile.fetch import Fetcher
from tests.hostile.server import HostileServer, Trap, not_found

KEYS = [category.key for category in SITE.categories if not category.retired]
LISTS = [f"/news/gb/{key}.{ending}" for key in KEYS for ending in ("xml", "html")]
PAGES = LISTS[1::2]
AT_ONCE = 10
"""Fewer places a run than redirects in a row that end the asking."""
SLOW = [pytest.param(status, marks=pytest.mark.hostile) for status in (301, 303, 308)]
EVIL = "<html><body><a href='/news/gb/2026/11/23/1106001.html'>x</a>{}</body></html>"


def places(port: int) -> list[str]:
    """Where a redirect or a link may want to lead a crawler, with the port of a trap."""
    return [
        f"http://127.0.0.1:{port}/",
        f"https://127.0.0.1:{port}/",
        f"//127.0.0.1:{port}/",
        f"http://localhost:{port}/",
        f"http://127.1:{port}/",
        f"http://2130706433:{port}/",
        f"http://0x7f000001:{port}/",
        f"http://0177.0.0.1:{port}/",
        f"http://[::1]:{port}/",
        f"http://[::ffff:127.0.0.1]:{port}/",
        f"http://[::ffff:7f00:1]:{port}/",
        f"http://１２７.０.０.１:{port}/",
        f"http://①②⑦.⓪.⓪.①:{port}/",
        f"http://127.0.0.1.:{port}/",
        f"http://www.secretchina.com@127.0.0.1:{port}/",
        f"http://127.0.0.1:{port}#@www.secretchina.com/",
        f"http://127.0.0.1:{port}\\@www.secretchina.com/",
        f"https://www.secretchina.com:{port}/",
        f"https://www.secretchina.com.127.0.0.1.nip.example:{port}/",
        "http://www.secretchina.com/news/gb/p1.html",
        "http://169.254.169.254/latest/meta-data/",
        "https://10.0.0.1/",
        "https://evil.example/",
        "https://user@www.secretchina.com/",
        "https://account.secretchina.com/",
        "file:///etc/passwd",
        "data:text/html,<a href='/news/gb/2026/11/23/1106001.html'>x</a>",
        "ftp://127.0.0.1/",
        "gopher://127.0.0.1:70/",
        "javascript:alert(1)",
    ]


def encoded(place: str) -> str:
    """As it can stand in a header."""
    return place.encode().decode("latin-1")


@pytest.mark.parametrize("start", range(0, 30, AT_ONCE))
@pytest.mark.parametrize("status", [302, 307, *SLOW])
def test_redirects_lead_nowhere_else(
    fetcher: Fetcher, hostile: HostileServer, trap: Trap, tmp_path: Path, status: int, start: int
) -> None:
    for path, place in zip(LISTS[:AT_ONCE], places(trap.port)[start : start + AT_ONCE], strict=True):
        hostile.behaviours[path] = behaviours.redirect(encoded(place), status=status)

    run = fetcher.crawl(tmp_path / "mirror", hostile.url, category=",".join(KEYS[: AT_ONCE // 2]))

    assert trap.hits == 0
    assert run.count("lists/read") == 0
    assert sorted(hostile.targets) == sorted(["/robots.txt", *LISTS[:AT_ONCE]])
    assert run.stats["downloader/request_count"] == len(hostile.requests)


def test_pages_lead_nowhere_else(fetcher: Fetcher, hostile: HostileServer, trap: Trap, tmp_path: Path) -> None:
    for path, place in zip(PAGES, places(trap.port)[::2], strict=True):
        refresh = f'<meta http-equiv="refresh" content="0;url={place}"><base href="{place}"><link rel="canonical"'
        links = f' href="{place}"><script>location="{place}"</script><a class="next" href="{place}">下一页</a>'
        page = EVIL.format(refresh + links + f'<a href="{place}news/gb/2026/11/23/1106002.html">y</a>')
        hostile.behaviours[path] = behaviours.answer(page.encode(), headers={"Refresh": f"0;url={encoded(place)}"})
    hostile.behaviours["/news/gb/2026/11/23/1106001.html"] = behaviours.refresh(f"http://127.0.0.1:{trap.port}/")

    run = fetcher.crawl(tmp_path / "mirror", hostile.url)

    assert trap.hits == 0
    assert run.stats["downloader/request_count"] == len(hostile.requests)


@pytest.mark.parametrize("kind", ["loop", "chain"])
def test_redirects_on_the_site_come_to_an_end(
    fetcher: Fetcher, hostile: HostileServer, tmp_path: Path, kind: str
) -> None:
    chain = {f"/{number}": behaviours.redirect(f"/{number + 1}") for number in range(50)}
    loop = {"*": behaviours.redirect_loop, "/news/gb/p1.xml": not_found, "/robots.txt": not_found}
    hostile.behaviours |= loop if kind == "loop" else chain | {"/news/gb/p1.html": behaviours.redirect("/0")}

    fetcher.crawl(tmp_path / "mirror", hostile.url, category="p1")

    ours = [target for target in hostile.targets if target not in ("/robots.txt", "/news/gb/p1.xml")]
    assert len(ours) == 4


def test_redirect_to_the_canonical_address_stays_with_the_front(
    fetcher: Fetcher, hostile: HostileServer, tmp_path: Path
) -> None:
    hostile.behaviours["/news/gb/p1.html"] = behaviours.redirect("https://m.secretchina.com/news/gb/p1.html?m")
    hostile.behaviours["/news/gb/p1.html?m"] = behaviours.answer(EVIL.format("").encode())

    run = fetcher.crawl(tmp_path / "mirror", hostile.url, category="p1")

    assert run.count("lists/read") == 1


# Certificates, as an operator sees them


@pytest.mark.parametrize("kind", BAD)
def test_bad_certificate_ends_a_run_after_one_request(
    fetcher: Fetcher, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    for name, value in authority.environment.items():
        monkeypatch.setenv(name, value)
    with HostileServer({"*": behaviours.answer(b"")}, tls=authority.context(kind, "localhost")) as server:
        run = fetcher.crawl(tmp_path / "mirror", server.url)

    assert run.outcome is Outcome.IDENTITY
    assert (server.requests, server.connections) == ([], 1)
    assert not (tmp_path / "mirror/pages").exists()


def test_exit_code_and_line_name_it(attack: Attack, authority: Authority) -> None:
    with HostileServer(tls=authority.context("wrong_host", "localhost")) as server:
        done = attack(url=server.url, environment=authority.environment)

    assert done.exit_code == 12
    assert "identity 0 new" in done.last_line
    assert "cannot be read: the certificate is not valid for this host, or this machine's clock is wrong)" in done.log
    assert "Traceback" not in done.log
    assert done.published == []


def test_one_article_with_a_bad_certificate_is_enough(
    fetcher: Fetcher, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in authority.environment.items():
        monkeypatch.setenv(name, value)
    with HostileServer(tls=authority.context("unknown_ca", "localhost")) as server:
        url = "https://www.secretchina.com/news/gb/2026/11/23/1106001.html"
        run = fetcher.crawl(tmp_path / "mirror", server.url, url=url)

    assert run.outcome is Outcome.IDENTITY
