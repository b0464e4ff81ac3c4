"""The static site in a real browser, from a disk and from a server: nothing leaves it, pictures show, search finds."""

import functools
import http.server
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import run_scrapy

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
pytestmark = [
    pytest.mark.readers,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium; make system installs it"),
]


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def site(mirror: Path, tmp_path: Path) -> Path:
    run_scrapy("site", "-s", f"NEWSMIRROR_REPO={mirror}", "site", cwd=tmp_path)
    return tmp_path / "site"


@pytest.fixture(params=["file", "http"])
def base(request: pytest.FixtureRequest, site: Path) -> Iterator[str]:
    """Where the site is opened: from the disk, or from a server."""
    if request.param == "file":
        yield f"file://{site}"
        return
    handler = functools.partial(_Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_site_in_a_browser(base: str, site: Path) -> None:
    with playwright.sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 360, "height": 800})
        asked: list[str] = []
        problems: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda message: problems.append(message.text) if "Security" in message.text else None)

        for name in ("index.html", "links.html", "indexes/p1.html", "pages/2026/09/02/1104310.html"):
            page.goto(f"{base}/{name}")
            assert page.evaluate("document.documentElement.scrollWidth") == 360
        page.evaluate("document.querySelectorAll('img').forEach(image => image.loading = 'eager')")
        page.wait_for_load_state("networkidle")
        widths = page.evaluate("[...document.images].map(image => image.naturalWidth)")
        background = page.evaluate("getComputedStyle(document.querySelector('header')).borderBottomStyle")

        page.goto(f"{base}/search.html")
        found = {words: _search(page, words) for words in ("河灯", "老教授 回信", "没有这样的题目", "雨")}
        page.fill("input", "河灯")
        page.press("input", "Enter")
        page.locator("ol a").first.click()
        page.wait_for_selector("main h1")
        title = page.locator("main h1").text_content()
        browser.close()

    assert len(widths) == 4
    assert all(width > 0 for width in widths)
    assert background == "solid"
    assert problems == []
    assert all(url.startswith(base) for url in asked)
    assert ["河灯节前夜" in line for line in found["河灯"]] == [True]
    assert ["（下）" in line for line in found["老教授 回信"]] == [True, False]
    assert found["没有这样的题目"] == ["没有找到。"]
    assert found["雨"] == ["请输入至少两个相连的字。"]
    assert title is not None
    assert "河灯" in title


def _search(page: Any, words: str) -> list[str]:
    """The lines that a search finds, or what it says instead."""
    page.fill("input", words)
    page.press("input", "Enter")
    playwright.expect(page.locator("#note")).not_to_have_text("…")
    lines: list[str] = page.locator("ol li").all_text_contents()
    return lines or [page.locator("#note").text_content() or ""]
