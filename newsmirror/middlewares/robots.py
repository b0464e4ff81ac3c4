"""robots.txt as RFC 9309 wants it, and what follows where the file cannot be had.

An answer that is there decides; its body counts only with a status of 2xx. 4xx means that there are no rules. Where
the file cannot be read (5xx, 429, a redirect that leaves the site, no answer, a wrong certificate), nothing of that
host is asked in this run: Scrapy's own middleware would allow everything then, and parse the body of an error page.
"""

import asyncio
import codecs
import logging
from collections import defaultdict
from dataclasses import dataclass
from typing import Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured, StopDownload
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import ProtegoRobotParser, RobotParser
from scrapy.utils.httpobj import urlparse_cached

from newsmirror.failures import NotAskedError, RequestRefusedError, explain
from newsmirror.report import note_limit

logger = logging.getLogger(__name__)

SIZE_LIMIT = 512 * 1024
"""What is read of a robots.txt; RFC 9309 wants 500 KiB at least."""
MAX_DELAY_SECONDS = 30.0
"""Crawl-delay is honoured up to this: a day's work of some 100 requests still fits into an hour."""
ROBOTS_KEY = "newsmirror_robots"
"""Key of request.meta: bytes received of a robots.txt."""
FORBIDDEN = "forbidden by robots.txt"


@dataclass(frozen=True)
class Rules:
    """What a host allows: everything, what *parser* says, or nothing for the *refusal* (reason and words)."""

    parser: RobotParser | None = None
    refusal: tuple[str, str] | None = None


class Robots:
    """Asks for robots.txt once a host and a run, before the first other request, and keeps to it."""

    def __init__(self, crawler: Crawler):
        self._crawler = crawler
        self._agent: str = crawler.settings["ROBOTSTXT_USER_AGENT"] or crawler.settings["USER_AGENT"]
        self._normal_limit = crawler.settings.getint("DOWNLOAD_MAXSIZE")
        self._rules: dict[str, Rules] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        crawler.signals.connect(self.bytes_received, signals.bytes_received)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        if request.meta.get("dont_obey_robotstxt"):
            return
        rules = await self._rules_of(request)
        if rules.refusal:
            reason, words = rules.refusal
            if reason == "limited":
                note_limit(self._crawler, request.url, f"is not asked: {words}")
            raise NotAskedError(reason, words)
        if rules.parser and not rules.parser.allowed(request.url, self._agent):
            note_limit(self._crawler, request.url, f"is not asked: {FORBIDDEN}")
            raise RequestRefusedError("limited", FORBIDDEN)

    async def _rules_of(self, request: Request) -> Rules:
        parts = urlparse_cached(request)
        host = f"{parts.scheme}://{parts.netloc}"
        async with self._locks[host]:
            if host not in self._rules:
                self._rules[host] = await self._fetch(f"{host}/robots.txt")
                self._slow_down(request, self._rules[host].parser)
        return self._rules[host]

    async def _fetch(self, url: str) -> Rules:
        request = Request(
            url,
            priority=1000,
            callback=NO_CALLBACK,
            # Any announced length may begin; bytes_received ends it.
            meta={"dont_obey_robotstxt": True, ROBOTS_KEY: 0, "download_maxsize": 0, "download_warnsize": 0},
        )
        assert self._crawler.engine
        try:
            response = await self._crawler.engine.download_async(request)
        except NotAskedError as error:
            return Rules(refusal=(error.reason, error.words))
        except Exception as error:
            reason, words = explain(error)
            return Rules(refusal=("limited" if reason == "refused" else reason, f"robots.txt cannot be read: {words}"))
        return self._read(response)

    def _read(self, response: Response) -> Rules:
        if response.status < 300:
            return Rules(ProtegoRobotParser.from_crawler(self._crawler, _text(response)))
        if response.status in range(400, 500) and response.status != 429:
            return Rules()
        return Rules(refusal=("limited", f"robots.txt cannot be read: status {response.status}"))

    def _slow_down(self, request: Request, parser: RobotParser | None) -> None:
        """Take the Crawl-delay over where it is longer than our own pause."""
        wanted = parser.crawl_delay(self._agent) if parser else None
        if not wanted or wanted <= self._crawler.settings.getfloat("DOWNLOAD_DELAY"):
            return
        delay = min(wanted, MAX_DELAY_SECONDS)
        logger.info("robots.txt asks for %g seconds between requests; %g are kept", wanted, delay)
        assert self._crawler.engine
        downloader = self._crawler.engine.downloader
        key = downloader.get_slot_key(request)
        downloader.per_slot_settings[key] = {"delay": delay, "jitter": 0}
        if slot := downloader.slots.get(key):
            slot.delay, slot.jitter = delay, 0

    def bytes_received(self, data: bytes, request: Request) -> None:
        """End a robots.txt that is too long; what came of it counts. Unpacking has the normal limit again."""
        if ROBOTS_KEY not in request.meta:
            return
        request.meta[ROBOTS_KEY] += len(data)
        request.meta["download_maxsize"] = self._normal_limit
        if request.meta[ROBOTS_KEY] > SIZE_LIMIT:
            raise StopDownload(fail=False)


def _text(response: Response) -> bytes:
    """The rules in an answer, none in a page of HTML: many sites answer any address with one.

    The body tells, not the Content-Type: careless servers send rules as text/html.
    """
    is_page = response.body.removeprefix(codecs.BOM_UTF8).lstrip()[:1] == b"<"
    return b"" if is_page else response.body[:SIZE_LIMIT]
