"""Article → itself where it is new or has changed."""

from typing import Self

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from newsmirror.items import Article
from newsmirror.spider import NewsSpider


class ChangesPipeline:
    """Drops what is published with the same content already."""

    def __init__(self, crawler: Crawler):
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_item(self, item: Article) -> Article:
        assert isinstance(self._crawler.spider, NewsSpider)
        known = self._crawler.spider.memory.row(item.id)
        if known and known.digest == item.digest():
            assert self._crawler.stats
            self._crawler.stats.inc_value("newsmirror/articles_unchanged")
            raise DropItem(f"unchanged: {item.url}", log_level="DEBUG")
        return item
