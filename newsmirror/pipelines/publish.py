"""Page → files on disk; at the end of the crawl: one commit."""

import logging
from contextlib import closing
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, DropItem

from newsmirror.config import Config
from newsmirror.exceptions import BusyError, NewsmirrorError, NoSpaceError
from newsmirror.interrupts import Interrupts
from newsmirror.items import Article, Page
from newsmirror.outcome import Outcome
from newsmirror.publish import Publisher
from newsmirror.report import read_report, record
from newsmirror.spider import NewsSpider
from newsmirror.status import describe

logger = logging.getLogger(__name__)


class PublishPipeline:
    """Hands pages to the publisher and ends the run when the spider is closed, the one place that knows why."""

    def __init__(self, crawler: Crawler):
        self._crawler = crawler
        self._publisher: Publisher | None = None
        self._unexpected = 0
        crawler.signals.connect(self.spider_closed, signals.spider_closed)
        crawler.signals.connect(self.item_error, signals.item_error)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    @property
    def _spider(self) -> NewsSpider:
        assert isinstance(self._crawler.spider, NewsSpider)
        return self._crawler.spider

    def open_spider(self) -> None:
        publisher = Publisher(Config.from_settings(self._crawler.settings), self._spider.site)
        try:
            publisher.open()
        except NewsmirrorError as error:
            outcome = {BusyError: Outcome.BUSY, NoSpaceError: Outcome.NO_SPACE}.get(type(error), Outcome.REFUSED)
            record(self._crawler, outcome)
            logger.error("%s: %s", outcome.label, error)
            raise CloseSpider(outcome.label) from error
        self._publisher = self._spider.memory = publisher

    def process_item(self, item: Page) -> Article:
        assert self._publisher
        if fault := self._publisher.add(item):
            self._spider.fail(item.article.url, "gate", f"its page {fault}")
            raise DropItem(f"gate: {item.article.url}", log_level="DEBUG")
        return item.article

    def item_error(self) -> None:
        self._unexpected += 1

    def spider_closed(self, reason: str) -> None:
        if self._publisher is None:
            return
        record(self._crawler, Outcome.FAILED)  # stands if what follows raises, which Scrapy only logs
        report = read_report(self._crawler, reason, unexpected=self._unexpected)
        failures, pending = self._spider.failures.items(), self._spider.unfinished()
        with closing(self._publisher), Interrupts(already=report.interrupted) as interrupts:
            result = self._publisher.finish(report, failures=failures, pending=pending, stop=interrupts.stop)
        record(self._crawler, result.outcome, result.remotes)
        level = logging.ERROR if result.outcome.exit_code else logging.INFO
        logger.log(level, describe(result, report))
