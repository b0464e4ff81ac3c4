"""Scraped article → article."""

from typing import Self

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from newsmirror.clean import clean_article
from newsmirror.configured import config_of
from newsmirror.exceptions import LayoutError
from newsmirror.items import Article, ScrapedArticle
from newsmirror.spider import NewsSpider


class CleanPipeline:
    """Takes the source's junk out; see `clean_article`."""

    def __init__(self, crawler: Crawler):
        self._crawler = crawler
        self._members_only = config_of(crawler).members_only

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_item(self, item: ScrapedArticle) -> Article:
        spider = self._crawler.spider
        assert isinstance(spider, NewsSpider)
        try:
            return clean_article(item, site=spider.site, members_only=self._members_only)
        except LayoutError as error:
            spider.fail(item.url, "layout", str(error))
            raise DropItem(f"layout: {item.url}", log_level="DEBUG") from error
