"""The sites that runs are measured on, each as a function from request target to answer."""

import importlib.util
import random
import re
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from newsmirror.decode import COMMON
from sample_site import Answer, SampleSite
from sample_site.feed import category_feed
from sample_site.markup import article_page, listing_page, missing_page
from sample_site.records import CATEGORIES, ZONE, Article

TODAY = date(2026, 11, 24)
HTML = "text/html; charset=utf-8"
PER_PAGE = 100
EVERYDAY = sorted(COMMON)
"""Text of rarer characters would be taken for bytes misread."""
WEIGHTS = list(accumulate(1 / (number + 8) for number in range(len(EVERYDAY))))


class Responding(Protocol):
    """What `SampleServer` needs of a site."""

    def respond(self, target: str) -> Answer:
        """The answer to a request for *target*, a path with an optional query."""


class Replica:
    """The site of a module that has a class ``Site`` with the same function, as a tuple of status, type and body."""

    def __init__(self, program: Path):
        """*program* is a file that lies beside a folder ``corpus`` of articles."""
        spec = importlib.util.spec_from_file_location("replica", program)
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        self._site: Any = module.Site(corpus_of(program), TODAY, "mixed", 20, False)

    def respond(self, target: str) -> Answer:
        return Answer(*self._site.respond(target))

    def articles(self) -> list[str]:
        """Paths of all articles."""
        return [str(record["path"]) for record in self._site.articles.values()]


def corpus_of(replica: Path) -> Path:
    """The folder of articles that a replica serves."""
    return replica.parent.parent / "corpus"


class Made:
    """So many articles of everyday characters, 18 paragraphs each, a hundred a day, in the sample site's markup."""

    def __init__(self, count: int):
        self._count = count

    def respond(self, target: str) -> Answer:
        parts = urlsplit(target)
        if parts.path == "/robots.txt":
            return Answer(200, "text/plain", b"User-agent: *\nAllow: /\n")
        if match := re.fullmatch(r"/news/gb/\d{4}/\d{2}/\d{2}/(\d+)\.html", parts.path):
            return _html(article_page(self.article(int(match[1]) - 1_000_000), ()))
        if (match := re.fullmatch(r"/news/gb/(p\d+)\.(html|xml)", parts.path)) and match[1] in CATEGORIES:
            return self._list(match[1], match[2], int(parse_qs(parts.query).get("page", ["1"])[0]))
        return Answer(404, HTML, missing_page().encode())

    def _list(self, key: str, kind: str, page: int) -> Answer:
        first = list(CATEGORIES).index(key)
        numbers = range(self._count - 1 - (self._count - 1 - first) % len(CATEGORIES), -1, -len(CATEGORIES))
        if kind == "xml":
            feed = category_feed(key, [self.article(number) for number in numbers[:20]])
            return Answer(200, "text/xml; charset=utf-8", feed.encode())
        shown = [self.article(number) for number in numbers[(page - 1) * PER_PAGE : page * PER_PAGE]]
        following = page + 1 if page * PER_PAGE < len(numbers) else None
        return _html(listing_page(CATEGORIES[key], f"/news/gb/{key}.html", shown, following, ()))

    def article(self, number: int) -> Article:
        """The article with this number, from 0; higher numbers are younger."""
        return _made(number, self._count)


@lru_cache(maxsize=2 * PER_PAGE)
def _made(number: int, count: int) -> Article:
    source = random.Random(number)  # noqa: S311  # the same articles each time
    day = TODAY - timedelta(days=1 + (count - 1 - number) // 100)
    tags = (_text(random.Random(-1 - source.randrange(count)), 3) for _ in range(3))  # noqa: S311
    links = "、".join(f'<a href="/news/gb/tag/{tag}">{tag}</a>' for tag in tags)
    body = "\n".join(f"<p>{_text(source, 95)}。</p>" for _ in range(18))
    return Article(
        id=1_000_000 + number, title=_text(source, 20), category=list(CATEGORIES)[number % len(CATEGORIES)],
        published=datetime(day.year, day.month, day.day, number % 24, number % 60, tzinfo=ZONE),
        summary=_text(source, 30), body=f"{body}\n<p>{links}</p>", source="看中国",
    )  # fmt: skip


def _text(source: random.Random, length: int) -> str:
    return "".join(source.choices(EVERYDAY, cum_weights=WEIGHTS, k=length))


def _html(text: str) -> Answer:
    return Answer(200, HTML, text.encode())


def sample_articles() -> list[str]:
    """Paths of the articles of the sample site."""
    return [article.path for article in SampleSite(TODAY).articles.values()]
