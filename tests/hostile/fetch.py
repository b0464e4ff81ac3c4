"""Requests and whole runs in this process, on a reactor that runs in a thread of its own.

A run as a process of its own costs a second; here a request costs milliseconds and a run a fifth of a second, over
the same sockets, with the same settings. What concerns the process (exit code, memory, environment) is tested with
the fixture ``attack``.
"""

from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any, TypeVar

from scrapy import Request
from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.http import Response
from scrapy.utils.defer import deferred_from_coro
from scrapy.utils.reactor import install_reactor
from scrapy.utils.test import get_crawler
from twisted.internet.threads import blockingCallFromThread

from newsmirror import settings as project
from newsmirror.outcome import Outcome
from newsmirror.report import outcome_of
from newsmirror.resolver import PublicResolver
from newsmirror.spiders.secretchina import SecretChinaSpider

install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")

from twisted.internet import reactor as installed  # noqa: E402

reactor: Any = installed

T = TypeVar("T")
PROJECT = {name: value for name, value in vars(project).items() if name.isupper()} | {"MEMUSAGE_ENABLED": False}


@dataclass(frozen=True)
class Run:
    """How a run in this process ended."""

    outcome: Outcome
    stats: dict[str, Any]

    def count(self, name: str) -> int:
        """A count below ``newsmirror/``."""
        return int(self.stats.get(f"newsmirror/{name}", 0))


class Fetcher:
    """Sends requests with the project's settings; `start` once a process, `stop` at its end."""

    def __init__(self) -> None:
        self._thread = Thread(target=reactor.run, kwargs={"installSignalHandlers": False}, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        reactor.callFromThread(reactor.stop)
        self._thread.join()

    def call(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the reactor and wait for its result."""
        result: T = blockingCallFromThread(reactor, lambda: deferred_from_coro(coroutine))
        return result

    def crawl(self, repo: Path, front: str | None, *, settings: dict[str, Any] | None = None, **arguments: str) -> Run:
        """A run into *repo*. Without delay; a request may take two seconds; tags are not followed."""
        given = {"NEWSMIRROR_REPO": str(repo), "NEWSMIRROR_TAGS": "", "DOWNLOAD_DELAY": 0, "DOWNLOAD_TIMEOUT": 2}
        crawler = Crawler(SecretChinaSpider, PROJECT | given | {"NEWSMIRROR_SITE_URL": front} | (settings or {}))
        self.call(self._crawl(crawler, arguments))
        assert crawler.stats
        return Run(outcome_of(crawler), dict(crawler.stats.get_stats()))

    async def _crawl(self, crawler: Crawler, arguments: dict[str, str]) -> None:
        before = reactor.nameResolver
        PublicResolver.from_crawler(crawler, reactor).install_on_reactor()
        try:
            await AsyncCrawlerRunner().crawl(crawler, **arguments)
        finally:
            reactor.installNameResolver(before)

    def get(self, url: str, *, timeout: float = 30, **settings: Any) -> Response:
        """The answer to a GET through a new handler; raises what Scrapy's errback would see."""
        return self.call(self._get(Request(url, meta={"download_timeout": timeout}), settings))

    async def _get(self, request: Request, settings: dict[str, Any]) -> Response:
        from newsmirror.handlers import SiteHandler

        crawler = get_crawler(SecretChinaSpider, PROJECT | settings)
        crawler.spider = SecretChinaSpider.from_crawler(crawler)
        before = reactor.nameResolver
        PublicResolver.from_crawler(crawler, reactor).install_on_reactor()
        handler = SiteHandler.from_crawler(crawler)
        try:
            response: Response = await handler.download_request(request)
            return response
        finally:
            await handler.close()
            reactor.installNameResolver(before)
