"""Answers that were cut without anybody saying so."""

import re
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.exceptions import ResponseDataLossError
from scrapy.http import Response

from newsmirror.middlewares.robots import ROBOTS_KEY

END = re.compile(rb"</(?:html|rss|feed)\s*>", re.IGNORECASE)
FURTHER_TRIES = 10
"""So many cut pages in a row are asked for once more; a source that cuts them all is not worth three tries a page."""
TAIL = 2048
"""Bytes at the end of a page among which its last tag must stand; comments of caches may follow it."""


class Whole:
    """Where only the end of the connection ends an answer (Scrapy's flag ``partial``), its last tag must be there."""

    def __init__(self, crawler: Crawler):
        self._crawler = crawler
        self._in_a_row = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response | Request:
        """The response, or a further try. Raises ResponseDataLossError where the tries are used up."""
        if "partial" not in response.flags or ROBOTS_KEY in request.meta or END.search(response.body[-TAIL:]):
            self._in_a_row = 0
            return response
        self._in_a_row += 1
        if again := self._again(request):
            return again
        raise ResponseDataLossError("the page has no end")

    def _again(self, request: Request) -> Request | None:
        spider = self._crawler.spider
        if not spider or not self._crawler.settings.getbool("RETRY_ENABLED") or self._in_a_row > FURTHER_TRIES:
            return None
        return get_retry_request(request, spider=spider, reason="cut")
