"""Article → itself where it is new or its text has changed, but not into another one."""

from dataclasses import replace
from typing import Self

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from newsmirror.configured import config_of
from newsmirror.items import Article
from newsmirror.pictures import missing
from newsmirror.revision import find_rewrite, same_text
from newsmirror.spider import NewsSpider


class ChangesPipeline:
    """Drops what readers would find unchanged; what has little left of the published text goes to quarantine."""

    def __init__(self, crawler: Crawler):
        self._crawler = crawler
        self._mirrors = config_of(crawler).style.images == "mirror"

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_item(self, item: Article) -> Article:
        assert isinstance(self._crawler.spider, NewsSpider)
        self._spider = spider = self._crawler.spider
        known = spider.memory.row(item.id)
        if known is None:
            return item
        old = spider.memory.article(item.id)
        if old:
            item = replace(item, published=old.published, date_only=old.date_only)
        differs = known.digest != item.digest()
        changed = differs and not (old and same_text(old, item))
        if not changed and not (differs and spider.arguments.refresh_whole):
            return self._unchanged(old or item)
        if not spider.memory.evidence.is_released(item.url):
            self._refuse_rewrite(old, item)
            self._hold_back(item)
        spider.compared(item, changed=changed)
        return item

    def _unchanged(self, item: Article) -> Article:
        """The published version, where its page has to be written anew all the same. Raises DropItem for all others."""
        memory = self._spider.memory
        self._spider.compared(item, changed=False)
        if memory.marks(item.id).gone or (self._mirrors and missing(item.blocks, memory.pictures(item.id))):
            return item
        assert self._crawler.stats
        self._crawler.stats.inc_value("newsmirror/articles_unchanged")
        memory.evidence.resolve(item.url)
        raise DropItem(f"unchanged: {item.url}", log_level="DEBUG")

    def _refuse_rewrite(self, old: Article | None, item: Article) -> None:
        if old and (why := find_rewrite(old, item)):
            self._spider.fail(item.url, "rewritten", why)
            raise DropItem(f"rewritten: {item.url}", log_level="DEBUG")

    def _hold_back(self, item: Article) -> None:
        if not self._spider.memory.may_update(item.id):
            self._spider.hold(item.url)
            raise DropItem(f"held back: {item.url}", log_level="DEBUG")
