"""What a site file declares: addresses, categories, layouts and junk of one source."""

import re
from dataclasses import dataclass
from datetime import date, tzinfo
from urllib.parse import parse_qs, quote, unquote, urlsplit

STAND_IN = date(1970, 1, 1)
"""The day in the address of an article of which only the id is known; the source ignores it."""


@dataclass(frozen=True, slots=True)
class Category:
    """A category of the site, with one feed and one list page."""

    key: str
    """Its key in addresses and in the published tree (``p1``)."""
    name: str
    sections: tuple[str, ...] = ()
    """Names of its sub-categories, as page titles may carry them."""
    retired: bool = False
    """The source has given it up: its lists are tried, but their failure is expected."""


@dataclass(frozen=True, slots=True)
class Layout:
    """One era of the source's article pages. All selectors are XPath; the first that selects text wins."""

    name: str
    body: str
    title: tuple[str, ...]
    published: tuple[str, ...]
    author: tuple[str, ...] = ()
    credit_lines: bool = False
    """Whether the body's last lines name source and editor."""


@dataclass(frozen=True, slots=True)
class Junk:
    """What the source puts into a body that its author did not write."""

    elements: tuple[str, ...]
    """XPath of elements to remove; the text that follows them stays."""
    tail: str
    """XPath of the first element of the appeal: removed with everything after it in its parent."""
    end: str
    """XPath of the site's last slot, relative to an element that holds it or is it."""
    members_only: str
    """XPath of the part for paying members."""
    video: str
    """XPath of the player that stands at the head of a video article."""
    lines: tuple[str, ...]
    """Patterns; a paragraph in which one is found is removed."""


@dataclass(frozen=True, slots=True)
class Site:
    """One source. Everything here is a fact about it; nothing is a choice of the operator."""

    name: str
    title: str
    host: str
    """The canonical host; all addresses are given with it."""
    aliases: tuple[str, ...]
    """Hosts that carry the same paths as *host*."""
    picture_host: str
    """Pattern of the hosts that pictures may come from."""
    zone: tzinfo
    article_path: str
    """Pattern with the groups year, month, day and id."""
    article_form: str
    lead_query: str
    """Query parameter of a list address whose value is an article's id."""
    home_path: str
    ranking_path: str
    """A list of what is read most, in this order; empty where we know of none."""
    feed_form: str | None
    """None where the site has no feeds that we know of."""
    list_form: str
    tag_form: str
    tag_path: str
    """Pattern of a tag page's path with the group name."""
    page_title: str
    """Pattern of a page's title element with the groups title and category."""
    categories: tuple[Category, ...]
    tags: tuple[str, ...]
    layouts: tuple[Layout, ...]
    junk: Junk
    content_paths: tuple[str, ...]
    """How paths of articles and lists begin; links of a body to other pages of the site are its own business."""
    byline: str
    """Pattern of what stands before 记者 in the byline of the site's own reporters."""
    known_article: str = ""
    """Path of an article that has been there for years, for ``scrapy check``."""

    def category(self, key: str | None) -> Category | None:
        """The category with this key, None where there is none."""
        return next((c for c in self.categories if c.key == key), None)

    def category_key(self, name: str) -> str | None:
        """Key of the category with this name or with a section of this name."""
        for category in self.categories:
            if name == category.name or name in category.sections:
                return category.key
        return None

    @property
    def domain(self) -> str:
        """The registered name that all hosts of the site end with."""
        return self.host.removeprefix("www.")

    def is_own_host(self, host: str | None) -> bool:
        """Whether *host* serves this site's pages."""
        return host == self.host or host in self.aliases

    def is_picture_host(self, host: str | None) -> bool:
        """Whether *host* serves this site's pictures."""
        return bool(host and re.fullmatch(self.picture_host, host))

    def serves(self, host: str | None) -> bool:
        """Whether pages or pictures of this site come from *host*."""
        return self.is_own_host(host) or self.is_picture_host(host)

    def address(self, path: str) -> str:
        """Canonical address of a path of this site, percent-encoded where needed."""
        return f"https://{self.host}{quote(path, safe='/%?=&')}"

    def tag_address(self, name: str) -> str:
        """Address of a tag's page."""
        return self.address(self.tag_form.format(name=quote(name, safe="")))

    def article_address(self, identifier: int, day: date) -> str:
        """Canonical address of an article."""
        form = self.article_form.format(year=day.year, month=day.month, day=day.day, id=identifier)
        return f"https://{self.host}{form}"

    def article_of(self, url: str) -> tuple[int, date] | None:
        """Id and day that an article's address carries, None where *url* is not one of this site's articles."""
        try:
            parts = urlsplit(url.strip())
        except ValueError:  # "http://https：//…" and the like stand in real pages
            return None
        match = re.match(self.article_path, parts.path, re.ASCII)
        if parts.scheme not in ("http", "https") or not match or not self.is_own_host(parts.hostname):
            return None
        if match["id"].startswith("0"):  # one article, one form of its id
            return None
        try:
            return int(match["id"]), date(int(match["year"]), int(match["month"]), int(match["day"]))
        except ValueError:
            return None

    def list_of(self, url: str) -> str | None:
        """Key of the category whose list or feed *url* is, None where it is none."""
        try:
            parts = urlsplit(url.strip())
        except ValueError:
            return None
        if not self.is_own_host(parts.hostname):
            return None
        known = filter(None, (self.list_form, self.feed_form))
        forms = (re.escape(form).replace(r"\{key\}", r"(\w{1,30})") for form in known)
        return next((match[1] for form in forms if (match := re.fullmatch(form, parts.path))), None)

    def lead_of(self, url: str) -> int | None:
        """Id of the article that a list's address names in its query, None where it names none."""
        try:
            parts = urlsplit(url.strip())
            value = parse_qs(parts.query).get(self.lead_query, [""])[0]
        except ValueError:
            return None
        fit = re.fullmatch("[1-9][0-9]{0,8}", value) and self.is_own_host(parts.hostname)
        return int(value) if fit else None

    def tag_of(self, href: str) -> str | None:
        """Name of the tag whose page *href* (absolute or not) is, None where it is none."""
        try:
            parts = urlsplit(href.strip())
        except ValueError:
            return None
        if parts.hostname and not self.is_own_host(parts.hostname):
            return None
        match = re.match(self.tag_path, unquote(parts.path))
        return match["name"].strip() or None if match else None
