"""A crawler with a spider, as pipelines get it, without a crawl."""

from collections.abc import Callable
from typing import Any

import pytest
from scrapy.crawler import Crawler
from scrapy.utils.test import get_crawler

from newsmirror.items import Article, Row, StoredPicture
from newsmirror.marks import NO_MARKS, Marks
from newsmirror.memory import NoMemory
from newsmirror.spiders.secretchina import SecretChinaSpider

MakeCrawler = Callable[..., Crawler]


class Remembers(NoMemory):
    """A memory that knows one article, its pictures, and, where they are given, its text and its marks."""

    def __init__(
        self,
        row: Row,
        pictures: tuple[StoredPicture, ...] = (),
        article: Article | None = None,
        marks: Marks = NO_MARKS,
        *,
        may_update: bool = True,
    ):
        self._row = row
        self._pictures = pictures
        self._article = article
        self._marks = marks
        self._may_update = may_update

    def knows(self, identifier: int) -> bool:
        return identifier == self._row.id

    def row(self, identifier: int) -> Row | None:
        return self._row if self.knows(identifier) else None

    def pictures(self, identifier: int) -> tuple[StoredPicture, ...]:
        return self._pictures

    def article(self, identifier: int) -> Article | None:
        return self._article if self.knows(identifier) else None

    def marks(self, identifier: int) -> Marks:
        return self._marks

    def may_update(self, identifier: int) -> bool:
        return self._may_update


@pytest.fixture
def make_crawler() -> MakeCrawler:
    def make(arguments: dict[str, str] | None = None, **settings: Any) -> Crawler:
        values = {
            "NEWSMIRROR_AUTHOR": "newsmirror <newsmirror@example.invalid>",
            "NEWSMIRROR_REPO": "mirror",
            **settings,
        }
        crawler = get_crawler(SecretChinaSpider, values)
        crawler.spider = SecretChinaSpider.from_crawler(crawler, **(arguments or {}))
        return crawler

    return make
