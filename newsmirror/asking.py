"""The requests of a crawl: for lists and for articles, with what their callbacks need.

All are asked past Scrapy's own memory of requests: `Discovery` names each address once, and with a JOBDIR that
memory is of other runs, which would read as a source without news.
"""

from collections.abc import Callable, Mapping
from typing import Any

from scrapy import Request
from twisted.python.failure import Failure

from newsmirror.discovery import ListSource, Wanted
from newsmirror.items import Row

Callback = Callable[..., Any]
Errback = Callable[[Failure], Any]
LAST = -2
"""The highest priority of looks at published articles: what is new goes before them, and a cut page's further try."""


def list_request(url: str, source: ListSource, *, callback: Callback, errback: Errback) -> Request:
    """A list page or feed; lists go before articles."""
    said = {"source": source, "address": url}
    return Request(url, callback=callback, errback=errback, priority=10, dont_filter=True, cb_kwargs=said)


def article_request(article: Wanted, *, callback: Callback, errback: Errback) -> Request:
    """An article with what the lists said of it."""
    said = {
        "published": article.published, "category": article.category, "address": article.url,
        "titles": article.titles,
    }  # fmt: skip
    return Request(article.url, callback=callback, errback=errback, dont_filter=True, cb_kwargs=said)


def look_request(row: Row, rank: int, headers: Mapping[str, str], *, callback: Callback, errback: Errback) -> Request:
    """A published article once more; those of a lower *rank* go first, and all that is new before them."""
    article = Wanted(row.id, row.url, None if row.date_only else row.published, row.category)
    request = article_request(article, callback=callback, errback=errback)
    return request.replace(headers=dict(headers), priority=LAST - rank)
