"""The arguments of a run (``-a name=value``), checked at once. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from newsmirror.exceptions import ConfigError
from newsmirror.site import Site

SPAN = re.compile(r"^(\d{1,4})([dh])$")
DEFAULT_PAGES = 5
"""List pages read of one list. A day brings at most 15 articles to a category, a page holds about 20."""
MAX_PAGES = 1000
TRUE, FALSE = {"1", "true", "yes", "on"}, {"", "0", "false", "no", "off"}


@dataclass(frozen=True)
class RunArguments:
    """What this run is to take; None means no bound."""

    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    since: datetime | None = None
    """Aware; articles published before are left for another run."""
    until: datetime | None = None
    """Aware; the first moment that is too late."""
    limit: int | None = None
    pages: int = DEFAULT_PAGES
    urls: tuple[str, ...] = ()
    """Canonical addresses of single articles; with them no list is read."""
    refresh: bool = False
    refresh_whole: bool = False
    """Whether what differs in anything is taken again, not only what differs in its text."""

    @classmethod
    def parse(cls, values: Mapping[str, str], *, site: Site, now: datetime) -> "RunArguments":
        """Read the arguments; names that are not ours are ignored (Scrapyd adds ``_job``).

        Raises ConfigError with every problem, one sentence each.
        """
        return _Parser(values, site, now).parse()

    @property
    def is_narrow(self) -> bool:
        """Whether only the named lists or articles are asked for; what earlier runs left waits for a full one."""
        return bool(self.categories or self.tags or self.urls)

    def wants(self, published: datetime) -> bool:
        """Whether an article of this time falls between *since* and *until*."""
        return (self.since is None or published >= self.since) and (self.until is None or published < self.until)

    def may_want_day(self, day: date, site: Site) -> bool:
        """Whether an article of this day, its time unknown, can fall between the two."""
        start = datetime.combine(day, time(), site.zone)
        ends_after = self.since is None or start + timedelta(days=1) > self.since
        return ends_after and (self.until is None or start < self.until)


class _Parser:
    def __init__(self, values: Mapping[str, str], site: Site, now: datetime):
        self.values, self.site, self.now = values, site, now
        self.problems: list[str] = []

    def parse(self) -> RunArguments:
        arguments = RunArguments(
            categories=self.categories(),
            tags=tuple(self.names("tag")),
            since=self.moment("since", end=False),
            until=self.moment("until", end=True),
            limit=self.number("limit"),
            pages=self.number("pages") or DEFAULT_PAGES,
            urls=self.urls(),
            refresh=self.text("refresh").lower() == "all" or self.flag("refresh", "1, 0 or all"),
            refresh_whole=self.text("refresh").lower() == "all",
        )
        if arguments.since and arguments.until and arguments.since >= arguments.until:
            self.problems.append("spider argument 'since' lies behind 'until'; exchange them")
        if self.problems:
            raise ConfigError(self.problems)
        return arguments

    def text(self, name: str) -> str:
        return str(self.values.get(name) or "").strip()

    def names(self, name: str) -> list[str]:
        return list(dict.fromkeys(filter(None, (part.strip() for part in re.split(r"[,，]", self.text(name))))))

    def refuse(self, name: str, what: str) -> None:
        self.problems.append(f"spider argument '{name}': {what}")

    def categories(self) -> tuple[str, ...]:
        known = [category.key for category in self.site.categories]
        for key in (names := self.names("category")):
            if key not in known:
                self.refuse("category", f"unknown category '{key}', known are {', '.join(known)}")
        return tuple(names)

    def number(self, name: str) -> int | None:
        text = self.text(name)
        if not text:
            return None
        if not (text.isascii() and text.isdigit()) or not 0 < int(text) <= MAX_PAGES * 1000:
            self.refuse(name, f"invalid number '{text}', use a whole number above 0")
            return None
        return int(text)

    def flag(self, name: str, known: str) -> bool:
        text = self.text(name).lower()
        if text not in TRUE | FALSE:
            self.refuse(name, f"invalid value '{text}', use {known}")
        return text in TRUE

    def moment(self, name: str, *, end: bool) -> datetime | None:
        """A day in the site's zone (its end where *end*), or so many days or hours ago."""
        text = self.text(name)
        if not text:
            return None
        if match := SPAN.match(text):
            amount = int(match[1])
            return self.now.astimezone(UTC) - (timedelta(days=amount) if match[2] == "d" else timedelta(hours=amount))
        try:
            day = date.fromisoformat(text)
            return datetime.combine(day, time(), self.site.zone) + timedelta(days=1 if end else 0)
        except (ValueError, OverflowError):
            self.refuse(name, f"invalid date '{text}', use YYYY-MM-DD, or 2d or 12h for days or hours ago")
            return None

    def urls(self) -> tuple[str, ...]:
        found = []
        for url in self.names("url"):
            known = self.site.article_of(url)
            if known:
                found.append(self.site.article_address(*known))
            else:
                form = self.site.article_address(1, date(2026, 1, 31))
                self.refuse("url", f"'{url[:100]}' is no article of {self.site.name}, use addresses like {form}")
        return tuple(dict.fromkeys(found))
