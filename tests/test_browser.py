"""Lists that scripts make, read with real Chromium, which must reach nobody by itself."""

import json
import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from scrapy.exceptions import NotConfigured
from scrapy.settings import Settings

from newsmirror.browser import BrowserAddon
from newsmirror.chromium import find_chromium, missing_parts
from newsmirror.config import Config
from newsmirror.exceptions import ConfigError
from newsmirror.settings import NEWSMIRROR_AUTHOR
from sample_site import SampleServer
from sample_site.site import Answer
from tests.conftest import Run

needs_chromium = pytest.mark.skipif(find_chromium() is None, reason="no Chromium; `make system` installs Debian's")

PAGE = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>看大陆 - 看中国网</title>
<script src="/js/list.js"></script><script src="{trap}/ad.js"></script><link rel="prefetch" href="{trap}/next">
</head><body><div id="header"><a href="/">看中国</a></div><ul class="list"></ul><img src="{trap}/pixel.gif">
<iframe src="{trap}/frame"></iframe></body></html>"""
SCRIPT = """
fetch("/api/list.json").then(answer => answer.json()).then(list => {
  document.querySelector("ul.list").innerHTML = list.map(path => `<li><a href="${path}">文章</a></li>`).join("");
});
for (const send of [() => fetch("TRAP/steal"), () => new WebSocket("TRAP/socket".replace("http", "ws")),
                    () => navigator.sendBeacon("TRAP/beacon"), () => window.open("TRAP/window"),
                    () => { new RTCPeerConnection({iceServers: [{urls: "stun:TRAPHOST"}]}).createDataChannel("x"); }]) {
  try { send(); } catch (error) {}
}
"""


@pytest.fixture
def trap() -> Iterator[tuple[str, list[int]]]:
    """An address that nobody must connect to, and the list of those who did."""
    hits: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def count() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                hits.append(1)
                connection.close()

        thread = Thread(target=count, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", hits
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def make_script_lists(server: SampleServer, trap: str) -> int:
    """Let p1's feed be empty and its list be made by a script; returns the number of its articles."""
    paths = [a.url.partition("secretchina.com")[2] for a in server.site.articles.values() if a.category == "p1"]
    script = SCRIPT.replace("TRAPHOST", trap.removeprefix("http://")).replace("TRAP", trap)
    html = PAGE.format(trap=trap)
    server.overrides |= {
        "/news/gb/p1.xml": Answer(404, "text/html", b"gone"),
        "/news/gb/p1.html": Answer(200, "text/html; charset=utf-8", html.encode()),
        "/js/list.js": Answer(200, "text/javascript; charset=utf-8", script.encode()),
        "/api/list.json": Answer(200, "application/json", json.dumps(paths).encode()),
    }
    return len(paths)


@needs_chromium
def test_list_that_a_script_makes_is_read(crawl: Run, server: SampleServer, trap: tuple[str, list[int]]) -> None:
    count = make_script_lists(server, trap[0])

    done = crawl("-a", "category=p1", "-s", "NEWSMIRROR_BROWSER=lists", "-s", "NEWSMIRROR_IMAGES=none")

    assert done.returncode == 0, done.stderr
    assert f"published {count} new" in done.stderr
    assert trap[1] == []
    assert server.requests.count("/js/list.js") == 1


@needs_chromium
def test_articles_are_shown_as_well_where_asked(crawl: Run, server: SampleServer, tmp_path: Path) -> None:
    words = ("-a", "category=p1", "-a", "limit=4", "-s", "NEWSMIRROR_IMAGES=none")
    plain = crawl(*words, repo=tmp_path / "plain")
    shown = crawl(*words, "-s", "NEWSMIRROR_BROWSER=always", repo=tmp_path / "shown")

    assert plain.returncode == shown.returncode == 0, shown.stderr
    pages = sorted(path.relative_to(tmp_path / "plain") for path in (tmp_path / "plain" / "pages").rglob("*.md"))
    assert len(pages) == 4
    for page in pages:
        assert (tmp_path / "shown" / page).read_bytes() == (tmp_path / "plain" / page).read_bytes()


def test_log_says_that_a_browser_may_be_needed(crawl: Run, server: SampleServer, trap: tuple[str, list[int]]) -> None:
    make_script_lists(server, trap[0])
    list_page = '<html><body><script>show(["/news/gb/2026/11/23/1106001.html"])</script></body></html>'
    server.overrides["/news/gb/p1.html"] = Answer(200, "text/html; charset=utf-8", list_page.encode())

    done = crawl("-a", "category=p1")

    assert "only scripts, a browser may be needed" in done.stderr
    assert done.returncode == 13


def test_browser_that_is_missing_is_refused_at_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "none"))

    with pytest.raises(ConfigError, match="NEWSMIRROR_BROWSER needs a browser; run apt install chromium"):
        Config.from_settings({"NEWSMIRROR_AUTHOR": NEWSMIRROR_AUTHOR, "NEWSMIRROR_BROWSER": "lists"})


def test_installed_browser_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "chromium").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert find_chromium() == str(tmp_path / "chromium")
    assert missing_parts() is None


@pytest.mark.parametrize("mode", ["never", "", None])
def test_nothing_is_set_without_being_asked(mode: str | None) -> None:
    with pytest.raises(NotConfigured):
        BrowserAddon().update_settings(Settings({"NEWSMIRROR_BROWSER": mode}))


@needs_chromium
def test_sandbox_is_on_for_everybody_but_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    settings = Settings({"NEWSMIRROR_BROWSER": "lists"})

    BrowserAddon().update_settings(settings)

    assert settings["PLAYWRIGHT_LAUNCH_OPTIONS"]["chromium_sandbox"] is True
    assert settings["PLAYWRIGHT_LAUNCH_OPTIONS"]["executable_path"] == shutil.which("chromium")
    assert settings["PLAYWRIGHT_CONTEXTS"]["default"]["ignore_https_errors"] is False


def test_run_without_a_browser_imports_nothing_of_it(crawl: Run) -> None:
    done = crawl("-a", "category=p1", "-a", "limit=1", "-s", "NEWSMIRROR_IMAGES=none", "-L", "DEBUG")

    assert "playwright" not in done.stderr.lower().replace("newsmirror_browser", "")
