"""What the lists of one run say together: which articles there are, and in which category. Pure."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from newsmirror.arguments import RunArguments
from newsmirror.listing import Link
from newsmirror.lists import Rankings
from newsmirror.site import STAND_IN, Site
from newsmirror.store import Pending

SIDEBAR_LISTS = 3
"""An article that stands on as many categories' pages is in a sidebar there, in none of the categories.

Two are possible: 33 of 9,565 articles had two categories.
"""


REPEATED_LINKS = 10
"""Lists of fewer articles may be the same by nature: two tags of one article."""
TITLES = 5
"""Titles that are kept of an article, at most."""


@dataclass(frozen=True, slots=True)
class ListSource:
    """One list as it is asked for; its further pages share it."""

    url: str
    kind: str
    """``feed``, ``page``, ``tag``, ``home`` or ``ranking``."""
    key: str
    """Category key, tag name, or empty."""
    retired: bool = False


@dataclass
class _Found:
    url: str | None = None
    published: datetime | None = None
    feeds: list[str] = field(default_factory=list)
    pages: set[str] = field(default_factory=set)
    pending: str | None = None
    titles: dict[str, None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wanted:
    """An article to be asked for."""

    id: int
    url: str
    published: datetime | None
    category: str | None
    titles: tuple[str, ...] = field(default=(), compare=False)
    """What lists call it."""


class Discovery:
    """Collects the links of all lists; `wanted` is what is left to ask for, in an order that lists do not decide."""

    def __init__(self, site: Site):
        self._site = site
        self._found: dict[int, _Found] = defaultdict(_Found)
        self._seen: dict[tuple[str, str, str], set[int]] = defaultdict(set)
        self._ranked: dict[str, tuple[int, ...]] = {}
        self._pages: dict[tuple[str, tuple[int, ...]], list[ListSource]] = defaultdict(list)

    def add(self, source: ListSource, links: Iterable[Link], *, is_known: Callable[[int], bool]) -> bool:
        """Take the links of a list's page; True where it brought an article that is neither published nor
        on an earlier page of the same list."""
        seen = self._seen[(source.kind, source.key, source.url)]
        news = False
        links = list(links)
        if source.kind in ("home", "ranking"):
            self._ranked[source.kind] = tuple(link.id for link in links if link.is_lead or source.kind == "ranking")
        shown = Counter(link.title for link in links)
        for link in links:
            news = news or (link.id not in seen and not is_known(link.id))
            seen.add(link.id)
            found = self._found[link.id]
            found.url = min(filter(None, (found.url, link.url)), default=None)
            found.published = found.published or link.published
            if link.title and shown[link.title] == 1:  # what stands at several articles is no title
                found.titles[link.title] = None
            if source.kind == "feed":
                found.feeds.append(source.key)
            elif source.kind == "page":
                found.pages.add(source.key)
        return news

    def note_page(self, source: ListSource, title: str, identifiers: tuple[int, ...]) -> None:
        """Remember what the first page of a list looked like."""
        if source.kind != "feed" and title and len(identifiers) >= REPEATED_LINKS:
            self._pages[(title, identifiers)].append(source)

    def repeated(self) -> list[ListSource]:
        """Lists in whose place one and the same page stands; their categories are not believed any more.

        The home page is no list of a category, so where it is among them it alone is itself.
        """
        groups = (sources for sources in self._pages.values() if len(sources) > 1)
        found = [source for sources in groups for source in sources if source.kind != "home"]
        keys = {source.key for source in found if source.kind == "page"}
        for article in self._found.values():
            article.pages -= keys
        for source in found:
            self._ranked.pop(source.kind, None)
        return found

    def rankings(self) -> Rankings:
        """The source's own orders, as far as they were read."""
        return Rankings(self._ranked.get("ranking", ()), self._ranked.get("home", ()))

    def add_pending(self, pending: Pending) -> None:
        """Take an article that an earlier run found."""
        if known := self._site.article_of(pending.url):
            found = self._found[known[0]]
            found.url = found.url or pending.url
            found.published = found.published or pending.published
            found.pending = found.pending or pending.category

    def wanted(self, arguments: RunArguments) -> list[Wanted]:
        """All articles within the arguments' time, newest first."""
        articles = [self._wanted(identifier, found) for identifier, found in self._found.items()]
        return sorted(filter(lambda w: self._in_time(w, arguments), articles), key=self._order, reverse=True)

    def _wanted(self, identifier: int, found: _Found) -> Wanted:
        url = found.url or self._site.article_address(identifier, STAND_IN)
        return Wanted(identifier, url, found.published, self._category(found), tuple(found.titles)[:TITLES])

    def _category(self, found: _Found) -> str | None:
        """The feed's category, else that of the pages among whose own links it stood."""
        order = [category.key for category in self._site.categories]
        if found.feeds:
            return min(found.feeds, key=order.index)
        if 0 < len(found.pages) < SIDEBAR_LISTS:
            return min(found.pages, key=order.index)
        return found.pending

    def _in_time(self, wanted: Wanted, arguments: RunArguments) -> bool:
        if wanted.published:
            return arguments.wants(wanted.published)
        day = self._day(wanted)
        return day == STAND_IN or arguments.may_want_day(day, self._site)

    def _day(self, wanted: Wanted) -> date:
        known = self._site.article_of(wanted.url)
        return known[1] if known else STAND_IN

    def _order(self, wanted: Wanted) -> tuple[date, datetime, int]:
        return self._day(wanted), wanted.published or datetime.min.replace(tzinfo=UTC), wanted.id


def list_sources(site: Site, arguments: RunArguments, followed: tuple[str, ...]) -> list[ListSource]:
    """The lists of a run, feeds first. With categories or tags in the arguments only theirs."""
    if arguments.urls:
        return []
    chosen = bool(arguments.categories or arguments.tags)
    categories = [c for c in site.categories if c.key in arguments.categories or not chosen]
    tags = arguments.tags if chosen else followed
    form = {"feed": site.feed_form} if site.feed_form else {}
    form["page"] = site.list_form
    sources = [
        ListSource(site.address(form[kind].format(key=c.key)), kind, c.key, c.retired)
        for kind in form
        for c in categories
    ]
    sources += [ListSource(site.tag_address(tag), "tag", tag) for tag in tags]
    if chosen:
        return sources
    further = {"ranking": site.ranking_path, "home": site.home_path}
    return [*sources, *(ListSource(site.address(path), kind, "") for kind, path in further.items() if path)]
