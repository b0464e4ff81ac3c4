"""Article → itself, or quarantine."""

from datetime import UTC, datetime
from typing import Self

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from newsmirror.items import Article
from newsmirror.spider import NewsSpider
from newsmirror.validate import find_problem


class ValidatePipeline:
    """Keeps out what is no article; see `find_problem`."""

    def __init__(self, crawler: Crawler):
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_item(self, item: Article) -> Article:
        spider = self._crawler.spider
        assert isinstance(spider, NewsSpider)
        if spider.memory.evidence.is_released(item.url):
            return item
        if problem := find_problem(item, now=datetime.now(UTC)):
            spider.fail(item.url, problem.value, "the page holds no fit article")
            raise DropItem(f"{problem.value}: {item.url}", log_level="DEBUG")
        return item
