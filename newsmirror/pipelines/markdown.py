"""Page → page with its Markdown."""

from dataclasses import replace
from typing import Self

from scrapy.crawler import Crawler

from newsmirror.configured import config_of
from newsmirror.items import Page
from newsmirror.render import render_page
from newsmirror.spider import NewsSpider


class MarkdownPipeline:
    """Renders the page; see `render_page`."""

    def __init__(self, crawler: Crawler):
        self._crawler = crawler
        self._style = config_of(crawler).style

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_item(self, item: Page) -> Page:
        assert isinstance(self._crawler.spider, NewsSpider)
        site = self._crawler.spider.site
        text = render_page(
            item.article,
            path=item.path, address=item.address, site=site, style=self._style, pictures=item.pictures,
            marks=item.marks,
        )  # fmt: skip
        return replace(item, markdown=text)
