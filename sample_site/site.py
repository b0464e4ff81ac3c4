"""Every page of the sample site as a pure function of its address."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from urllib.parse import parse_qs, unquote, urlsplit

from sample_site.feed import category_feed
from sample_site.markup import article_page, home_page, listing_page, missing_page
from sample_site.pictures import picture
from sample_site.records import CATEGORIES, Article, published_until

PER_PAGE = 10
NEIGHBOURS = 6
RANKED = (900712, 917530, 949610, 992718, 1104310)
"""The articles beside every list, whatever it is about."""
RANKING = "/news/gb/precent3.html"
"""What is read most, the first one first."""
HTML = "text/html; charset=utf-8"
_ARTICLE = re.compile(r"/news/(?:gb|b5)/\d{4}/\d{2}/\d{2}/(\d+)\.html")
_CATEGORY = re.compile(r"/news/gb/(p\d+)\.(html|xml)")
_TAG = re.compile(r"/news/gb/tag/([^/]+)")
_PICTURE = re.compile(r"/(?:pic|kzgd/ad)/.+\.(?:jpg|gif|png)")


@dataclass(frozen=True)
class Answer:
    """What the server sends for one request."""

    status: int
    content_type: str
    body: bytes


class SampleSite:
    """The site as it stands on *today*: what was published later is not there yet.

    *later* holds articles in another version than they were published in, None for those that were deleted.
    """

    def __init__(self, today: date = date(2026, 11, 24), later: Mapping[int, Article | None] | None = None) -> None:
        versions = [(later or {}).get(article.id, article) for article in published_until(today)]
        self._newest_first = tuple(version for version in versions if version)
        self.articles: Mapping[int, Article] = MappingProxyType({a.id: a for a in self._newest_first})
        self.tags: Mapping[str, tuple[Article, ...]] = MappingProxyType(_index_tags(self._newest_first))
        """Articles by the name of a tag page; the source named below a body has one as well."""

    def respond(self, target: str) -> Answer:
        """The answer to a request for *target*, a path with an optional query."""
        parts = urlsplit(target)
        path = unquote(parts.path)
        if path in ("/", "/news/gb/index.html"):
            return _html(home_page(self._newest_first))
        if path == "/robots.txt":
            return Answer(200, "text/plain; charset=utf-8", b"User-agent: *\nDisallow: /admin/\n")
        if _PICTURE.fullmatch(path):
            return Answer(200, "image/png", picture(path))
        if match := _ARTICLE.fullmatch(path):
            return self._article(int(match[1]))
        if match := _CATEGORY.fullmatch(path):
            return self._category(match[1], match[2], _page_number(parts.query))
        if path == RANKING:
            return self._listing("每日排行", path, self.most_read(), 1)
        if (match := _TAG.fullmatch(path)) and (articles := self.tags.get(match[1].strip())):
            return self._listing(match[1].strip(), path.strip(), articles, _page_number(parts.query))
        return _missing()

    def _article(self, number: int) -> Answer:
        article = self.articles.get(number)
        if article is None:
            return _missing()
        others = [a for a in self._in_category(article.category) if a.id != number]
        return _html(article_page(article, others[:NEIGHBOURS]))

    def most_read(self) -> tuple[Article, ...]:
        """The newest articles, in an order that neither time nor number decides."""
        return tuple(sorted(self._newest_first[: 2 * PER_PAGE], key=lambda one: one.id * 31 % 997)[:PER_PAGE])

    def _category(self, key: str, kind: str, number: int) -> Answer:
        if key not in CATEGORIES:
            return _missing()
        articles = self._in_category(key)
        if kind == "xml":
            return Answer(200, "text/xml; charset=utf-8", category_feed(key, articles).encode())
        return self._listing(CATEGORIES[key], f"/news/gb/{key}.html", articles, number)

    def _listing(self, name: str, path: str, articles: Sequence[Article], number: int) -> Answer:
        first = (number - 1) * PER_PAGE
        if first and first >= len(articles):
            return _missing()
        following = number + 1 if first + PER_PAGE < len(articles) else None
        ranking = [self.articles[ranked] for ranked in RANKED if ranked in self.articles]
        return _html(listing_page(name, path, articles[first : first + PER_PAGE], following, ranking))

    def _in_category(self, key: str) -> tuple[Article, ...]:
        return tuple(article for article in self._newest_first if article.category == key)


def _index_tags(articles: Sequence[Article]) -> dict[str, tuple[Article, ...]]:
    index: dict[str, tuple[Article, ...]] = {}
    for article in articles:
        for name in dict.fromkeys((*article.tags, article.source)):
            if name:
                index[name] = (*index.get(name, ()), article)
    return index


def _page_number(query: str) -> int:
    """Number of the list page a query asks for; the first where it asks for none."""
    value = parse_qs(query).get("page", ["1"])[0]
    return int(value) if re.fullmatch(r"[1-9]\d{0,3}", value) else 1


def _html(text: str, status: int = 200) -> Answer:
    return Answer(status, HTML, text.encode())


def _missing() -> Answer:
    return _html(missing_page(), 404)
