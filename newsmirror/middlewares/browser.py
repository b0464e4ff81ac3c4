"""Pages whose links are made by scripts: shown in Chromium, which has no network of its own.

A page is fetched as every other one is, past the gate, the resolver, robots.txt and the check of the certificate. Only
then Chromium is given its bytes, and what its scripts ask for is fetched for them the same way. What scripts may try
besides (WebSocket, WebRTC, prefetching) leads nowhere: `newsmirror.browser` starts Chromium without a name server and
with a proxy that does not exist.
"""

import logging
from typing import Any, Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.http import HtmlResponse, Response
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler

from newsmirror.configured import config_of
from newsmirror.discovery import ListSource
from newsmirror.failures import RequestRefusedError

logger = logging.getLogger(__name__)

FETCHED_TYPES = {"script", "xhr", "fetch"}
"""What a page's scripts may ask for; pictures, styles, fonts, frames and media make no links."""
FETCHED_LIMIT = 40
"""Requests that the scripts of one page may make; an ordinary list page needs a handful."""


class Browser:
    """Shows list pages (``lists``), or these and articles (``always``), in Chromium before they are read."""

    def __init__(self, crawler: Crawler, *, articles: bool):
        self._crawler = crawler
        self._articles = articles
        self._limit = crawler.settings.getint("DOWNLOAD_MAXSIZE")
        self._scripts: dict[str, Response] = {}
        self._chromium = ScrapyPlaywrightDownloadHandler(crawler)
        crawler.signals.connect(self._close, signals.engine_stopped)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler, articles=config_of(crawler).browser == "always")

    async def _close(self) -> None:
        await self._chromium.close()

    async def process_response(self, request: Request, response: Response) -> Response:
        """The page as its scripts leave it; what is no page, or no list, stays as it came."""
        if not self._wants(request) or response.status != 200 or not isinstance(response, HtmlResponse):
            return response
        shown = await self._show(response)
        if len(shown.body) > self._limit:
            raise RequestRefusedError("refused", "the page grew larger than DOWNLOAD_MAXSIZE in the browser")
        return response.replace(body=shown.text.encode(), encoding="utf-8", flags=[*response.flags, "playwright"])

    def _wants(self, request: Request) -> bool:
        source = request.cb_kwargs.get("source")
        if isinstance(source, ListSource):
            return source.kind != "feed"
        return self._articles and "address" in request.cb_kwargs  # the spider's articles, not robots.txt or pictures

    async def _show(self, response: HtmlResponse) -> HtmlResponse:
        visit = _Visit(self._crawler, response, self._scripts)
        meta = {
            "playwright": True,
            "playwright_page_init_callback": visit.open,
            "playwright_page_goto_kwargs": {"wait_until": "networkidle"},
        }
        try:
            shown = await self._chromium.download_request(Request(response.url, meta=meta))
        except Exception as error:  # Playwright's own errors share no base with what its transport raises
            raise RequestRefusedError("unreachable", "the browser did not come to an end with the page") from error
        assert isinstance(shown, HtmlResponse)
        return shown


class _Visit:
    """One page in the browser: answers its requests from what is fetched, and refuses the others."""

    def __init__(self, crawler: Crawler, document: HtmlResponse, scripts: dict[str, Response]):
        self._crawler, self._document, self._scripts = crawler, document, scripts
        self._fetched = 0
        self._is_open = False

    async def open(self, page: Any, _request: Request) -> None:
        """Take over all requests of *page*; the route that is set last is asked first."""
        await page.route("**", self._answer)

    async def _answer(self, route: Any) -> None:
        asked = route.request
        if asked.is_navigation_request():
            await self._answer_navigation(route)
        elif asked.resource_type in FETCHED_TYPES and asked.method == "GET" and self._fetched < FETCHED_LIMIT:
            self._fetched += 1
            await self._answer_script(route)
        else:
            await route.abort()

    async def _answer_navigation(self, route: Any) -> None:
        """The page itself, once; a script that leads elsewhere, or a frame, gets nothing."""
        if self._is_open or route.request.url != self._document.url:
            await route.abort()
            return
        self._is_open = True
        await route.fulfill(body=self._document.text, content_type="text/html; charset=utf-8")

    async def _answer_script(self, route: Any) -> None:
        url = route.request.url
        try:
            if url not in self._scripts:
                engine = self._crawler.engine
                assert engine
                self._scripts[url] = await engine.download_async(Request(url))
        except Exception as error:  # as for every request: the page does without
            logger.debug("A script's request was not answered: %s (%s)", url, type(error).__name__)
            await route.abort()
            return
        answer = self._scripts[url]
        kind = (answer.headers.get("Content-Type") or b"text/plain").decode("latin-1")
        await route.fulfill(status=answer.status, body=answer.body, content_type=kind)
