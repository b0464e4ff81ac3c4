"""A Scrapy extension that tells how long the reactor was busy at a stretch."""

import asyncio
import logging
from time import perf_counter, thread_time
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)
EVERY_SECONDS = 0.002


class Waiting:
    """Asks to be called every 2 ms and notes how late it is, while a run crawls and when it publishes.

    On a machine with other work the clock tells of that, too; the processor time in between is the run's own.
    """

    def __init__(self, crawler: Crawler):
        self._late = {"crawling": 0.0, "publishing": 0.0}
        self._busy = dict(self._late)
        self._phase = "crawling"
        crawler.signals.connect(self.expect, signals.spider_opened)
        crawler.signals.connect(self.closing, signals.spider_closed)
        crawler.signals.connect(self.stopped, signals.engine_stopped)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def expect(self) -> None:
        self._due, self._used = perf_counter() + EVERY_SECONDS, thread_time()
        self._call = asyncio.get_running_loop().call_later(EVERY_SECONDS, self._called)

    def _called(self) -> None:
        self._note()
        self.expect()

    def closing(self) -> None:
        """Called before the pipeline that publishes: extensions connect first."""
        self._note()
        self._phase = "publishing"

    def stopped(self) -> None:
        self._note()
        self._call.cancel()
        for phase, seconds in self._late.items():
            logger.info("longest wait %s: %.1f ms, %.1f busy", phase, 1000 * seconds, 1000 * self._busy[phase])

    def _note(self) -> None:
        self._late[self._phase] = max(self._late[self._phase], perf_counter() - self._due)
        self._busy[self._phase] = max(self._busy[self._phase], thread_time() - self._used)
