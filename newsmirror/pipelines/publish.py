"""Page → the coming commit; at the end of the crawl: one commit."""

import logging
from contextlib import closing
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, DropItem

from newsmirror.configured import config_of
from newsmirror.exceptions import NewsmirrorError
from newsmirror.interrupts import Interrupts
from newsmirror.items import Article, Page
from newsmirror.outcome import Outcome
from newsmirror.publish import Publisher
from newsmirror.report import read_report, record, record_early_end
from newsmirror.spider import NewsSpider
from newsmirror.status import describe, outcome_of_error

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

    def open_spider(self) -> None:
        assert isinstance(self._crawler.spider, NewsSpider)
        self._spider = self._crawler.spider
        config = config_of(self._crawler)
        publisher = Publisher(config, self._spider.site)
        try:
            with Interrupts(already=False) as interrupts:
                publisher.open(stop=interrupts.stop)
        except NewsmirrorError as error:
            outcome = record_early_end(self._crawler, config.repo, error)
            raise CloseSpider(outcome.label) from error
        self._publisher, self._spider.memory = publisher, publisher.memory

    def process_item(self, item: Page) -> Article:
        assert self._publisher
        try:
            fault = self._publisher.add(item)
        except NewsmirrorError as error:
            self._spider.give_up(outcome_of_error(error).label)
            raise DropItem(f"{error}: {item.article.url}", log_level="DEBUG") from error
        if fault:
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
        failed, left, seen = self._spider.failures.items(), self._spider.unfinished(), self._spider.sightings
        with closing(self._publisher), Interrupts(already=report.interrupted) as interrupts:
            result = self._publisher.finish(report, failures=failed, pending=left, sightings=seen, stop=interrupts.stop)
        record(self._crawler, result.outcome, result.remotes)
        logger.log(logging.ERROR if result.outcome.exit_code else logging.INFO, describe(result, report))
