"""Article → page: its place in the tree, its address, and what becomes of its pictures."""

from dataclasses import replace
from typing import Self

from scrapy.crawler import Crawler

from newsmirror.config import Config
from newsmirror.items import Article, Page
from newsmirror.publish import find_prefix, make_page
from newsmirror.spider import NewsSpider


class ImagesPipeline:
    """Gives an article its page. Pictures stay at the source (`embed`) or become links (`none`)."""

    def __init__(self, crawler: Crawler):
        self._crawler = crawler
        self._config = Config.from_settings(crawler.settings)
        self._prefix = find_prefix(self._config)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_item(self, item: Article) -> Page:
        assert isinstance(self._crawler.spider, NewsSpider)
        known = self._crawler.spider.memory.row(item.id)
        if known:  # an address is for ever, whatever a later page says of itself
            item = replace(item, url=known.url)
        return make_page(item, self._config, self._prefix, path=known.path if known else None)
