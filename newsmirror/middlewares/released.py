"""Pages that a person released from quarantine: published as they were looked at, not as they may come now."""

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import HtmlResponse

from newsmirror.reading import RELEASED
from newsmirror.spider import NewsSpider


class Released:
    """Answers requests for released articles with the page that is kept; the source is not asked."""

    def __init__(self, crawler: Crawler):
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_request(self, request: Request) -> HtmlResponse | None:
        spider = self._crawler.spider
        address = request.cb_kwargs.get("address")
        if not isinstance(spider, NewsSpider) or address is None:
            return None
        page = spider.memory.evidence.released_page(address)
        if page is None:
            return None
        headers = {"Content-Type": page.content_type} if page.content_type else {}
        return HtmlResponse(request.url, body=page.body, headers=headers, request=request, flags=[RELEASED])
