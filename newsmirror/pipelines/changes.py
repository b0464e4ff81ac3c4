"""Article → itself where it is new or has changed, but not into another one."""

from typing import Self

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from newsmirror.config import Config
from newsmirror.items import Article
from newsmirror.pictures import missing
from newsmirror.spider import NewsSpider
from newsmirror.validate import CHANGE, changed_share


class ChangesPipeline:
    """Drops what is published with the same content already; what has hardly anything of it left goes to quarantine."""

    def __init__(self, crawler: Crawler):
        self._crawler = crawler
        self._mirrors = Config.from_settings(crawler.settings).style.images == "mirror"

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_item(self, item: Article) -> Article:
        spider = self._crawler.spider
        assert isinstance(spider, NewsSpider)
        known = spider.memory.row(item.id)
        if known and known.digest == item.digest() and not self._wants_pictures(item):
            assert self._crawler.stats
            self._crawler.stats.inc_value("newsmirror/articles_unchanged")
            spider.memory.evidence.resolve(item.url)
            raise DropItem(f"unchanged: {item.url}", log_level="DEBUG")
        old = spider.memory.article(item.id) if known and not spider.memory.evidence.is_released(item.url) else None
        if old and (share := changed_share(old, item)) > CHANGE:
            spider.fail(item.url, "rewritten", f"{share:.0%} of its text is not what was published")
            raise DropItem(f"rewritten: {item.url}", log_level="DEBUG")
        return item

    def _wants_pictures(self, item: Article) -> bool:
        """Whether there are pictures that could not be had before."""
        assert isinstance(self._crawler.spider, NewsSpider)
        return self._mirrors and missing(item.blocks, self._crawler.spider.memory.pictures(item.id))
