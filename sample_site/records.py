"""The articles of the sample site, read from the package's own files."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import cache
from html import unescape
from pathlib import Path
from urllib.parse import unquote

HOST = "https://www.secretchina.com"
ZONE = timezone(timedelta(hours=8))
"""The day in an article's address is the day in this zone."""

CATEGORIES = {
    "p1": "看大陆",
    "p2": "看官场",
    "p3": "看民生",
    "p4": "看博谈",
    "p5": "看财经",
    "p6": "看史海",
    "p7": "看文化",
    "p8": "看生活",
    "p9": "看世界",
    "p10": "看奇闻",
    "p12": "看养生",
}
_TAG_LINK = re.compile(r'href="(?:https://www\.secretchina\.com)?/news/gb/tag/([^"]+)"')


@dataclass(frozen=True)
class Article:
    """One article as its editors left it, before the site adds its own lines and advertising."""

    id: int
    title: str
    """As typed, with the picture suffix; it may hold a character reference such as ``&nbsp;``."""
    category: str
    published: datetime
    summary: str
    """The editors' lead, which only feeds and metadata show."""
    body: str
    """Markup of the body without anything the site inserts."""
    author: str = ""
    editor: str = ""
    source: str = ""

    @property
    def era(self) -> str:
        """Which of the source's layouts the page has."""
        year = self.published.year
        if year <= 2020:
            return "2018-20"
        if year <= 2022:
            return "2021-22"
        return "2023" if year < 2026 else "2026"

    @property
    def path(self) -> str:
        return f"/news/gb/{self.published:%Y/%m/%d}/{self.id}.html"

    @property
    def url(self) -> str:
        return HOST + self.path

    @property
    def tags(self) -> tuple[str, ...]:
        """Names of the tags linked in the body, each once, in order."""
        return tuple(dict.fromkeys(unquote(unescape(name)).strip() for name in _TAG_LINK.findall(self.body)))


@cache
def load_articles() -> tuple[Article, ...]:
    """Every article of the package, newest first."""
    files = (Path(__file__).parent / "articles").glob("*.html")
    return tuple(sorted(map(_read, files), key=lambda article: (article.published, article.id), reverse=True))


def _read(file: Path) -> Article:
    head, _, body = file.read_text(encoding="utf-8").partition("\n\n")
    values = dict(line.split(": ", 1) for line in head.splitlines())
    return Article(
        id=int(file.stem),
        title=values["title"],
        category=values["category"],
        published=datetime.fromisoformat(values["published"]).replace(tzinfo=ZONE),
        summary=values["summary"],
        body=body.rstrip("\n"),
        author=values.get("author", ""),
        editor=values.get("editor", ""),
        source=values.get("source", ""),
    )


def published_until(today: date) -> tuple[Article, ...]:
    """The articles a visitor sees on *today*, newest first."""
    return tuple(article for article in load_articles() if article.published.date() <= today)
