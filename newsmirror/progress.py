"""One line of progress for a person at a terminal; nothing anywhere else."""

import logging
import sys
from contextlib import ExitStack
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from newsmirror.report import below

LISTS = "{desc}, {elapsed}"
ARTICLES = "{desc}: {n_fmt} of {total_fmt} articles, {rate_fmt}, {remaining} left"
TAKEN = "scraped"
"""The result of an article that was taken; the others in ``newsmirror/articles/`` failed."""


class Progress:
    """Draws lists done, articles new, known and failed, rate and time left, below the lines of the log."""

    def __init__(self, crawler: Crawler):
        self._crawler = crawler
        self._open = ExitStack()
        crawler.signals.connect(self.opened, signals.spider_opened)
        crawler.signals.connect(self.moved, signals.response_received)
        crawler.signals.connect(self.moved, signals.item_scraped)
        crawler.signals.connect(self._open.close, signals.engine_stopped)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        at_terminal = sys.stderr is not None and sys.stderr.isatty()  # None: a machine that closes all three streams
        if not at_terminal or not hasattr(crawler.spidercls, "site"):
            raise NotConfigured
        return cls(crawler)

    def opened(self) -> None:
        from tqdm import tqdm  # only a person at a terminal pays for it
        from tqdm.contrib.logging import logging_redirect_tqdm

        level = min((handler.level for handler in logging.getLogger().handlers), default=logging.INFO)
        self._open.enter_context(logging_redirect_tqdm())
        for handler in logging.getLogger().handlers:
            handler.setLevel(max(handler.level, level))
        self._bar: Any = self._open.enter_context(tqdm(unit="", leave=False, dynamic_ncols=True, bar_format=LISTS))

    def moved(self) -> None:
        """Draw the line anew."""
        assert self._crawler.stats
        stats = self._crawler.stats.get_stats()
        results = below(stats, "newsmirror/articles/")
        lists = sum(below(stats, "newsmirror/lists/").values())
        failed = sum(results.values()) - results.get(TAKEN, 0)
        known = int(stats.get("newsmirror/known", 0))
        self._bar.set_description_str(
            f"{lists} lists, {stats.get('item_scraped_count', 0)} new, {known} known, {failed} failed", refresh=False
        )
        if (asked := stats.get("newsmirror/asked")) and not self._bar.total:
            self._bar.bar_format = ARTICLES
            self._bar.reset(total=asked)
        self._bar.n = sum(results.values())
        self._bar.refresh()
