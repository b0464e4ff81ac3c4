"""A crawler with a spider, as pipelines get it, without a crawl."""

from collections.abc import Callable
from typing import Any

import pytest
from scrapy.crawler import Crawler
from scrapy.utils.test import get_crawler

from newsmirror.items import Row, StoredPicture
from newsmirror.memory import NoMemory
from newsmirror.spiders.secretchina import SecretChinaSpider

MakeCrawler = Callable[..., Crawler]


class Remembers(NoMemory):
    """A memory that knows one article, and its pictures."""

    def __init__(self, row: Row, pictures: tuple[StoredPicture, ...] = ()):
        self._row = row
        self._pictures = pictures

    def knows(self, identifier: int) -> bool:
        return identifier == self._row.id

    def row(self, identifier: int) -> Row | None:
        return self._row if self.knows(identifier) else None

    def pictures(self, identifier: int) -> tuple[StoredPicture, ...]:
        return self._pictures


@pytest.fixture
def make_crawler() -> MakeCrawler:
    def make(**settings: Any) -> Crawler:
        values = {
            "NEWSMIRROR_AUTHOR": "newsmirror <newsmirror@example.invalid>",
            "NEWSMIRROR_REPO": "mirror",
            **settings,
        }
        crawler = get_crawler(SecretChinaSpider, values)
        crawler.spider = SecretChinaSpider.from_crawler(crawler)
        return crawler

    return make
