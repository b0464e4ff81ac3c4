"""Pages of the source → articles. Pure: text in, values out; nothing is fetched here."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from html import unescape
from urllib.parse import urljoin

from lxml import etree, html

from newsmirror.credits import CREDIT, authors_of, paragraphs_of, source_and_editor
from newsmirror.exceptions import LayoutError
from newsmirror.guard import parse_html, selector
from newsmirror.items import ScrapedArticle
from newsmirror.site import STAND_IN, Layout, Site
from newsmirror.text import one_line

TIME = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T　]+(\d{1,2}):(\d{2})(?::\d{2}(?:\.\d+)?\s*(Z|[+-]\d{2}:?\d{2})?)?)?"
)
SHORT_URL = etree.XPath(".//input[@name='lname']/@value")
RIGHTS = re.compile(r"版权所有，任何形式转载需\S{1,12}?授权许可。")


Matched = tuple[Layout, html.HtmlElement, str]
"""The layout of a page, its body and its title."""


def extract_article(
    text: str, *, url: str, site: Site, published: datetime | None = None, category: str | None = None
) -> ScrapedArticle:
    """The article on a page, read with the first layout of the site that matches.

    *text* is decoded; *url* is the canonical address, whose day may be a stand-in (1970-01-01) when only
    the id is known. *published* is the feed's time; *category* is used where the page names none.

    Raises LayoutError if no layout matches: the source has changed, or this is no article.
    """
    return read_article(parse_html(text), url=url, site=site, published=published, category=category)


def read_article(
    root: html.HtmlElement, *, url: str, site: Site, published: datetime | None = None, category: str | None = None
) -> ScrapedArticle:
    """The same from a page that is parsed already."""
    return read_matched(match_layout(root, site), url=url, site=site, published=published, category=category)


def read_matched(
    matched: Matched, *, url: str, site: Site, published: datetime | None = None, category: str | None = None
) -> ScrapedArticle:
    """The same from what `match_layout` has found."""
    layout, body, title = matched
    root = body.getroottree().getroot()
    address = _own_address(root, url, site)
    when, date_only = _published(root, layout, site, address, published)
    day = when.date() if when and address[1].year == STAND_IN.year else address[1]
    page_title = re.match(site.page_title, title_line(root.findtext(".//title") or ""))
    paragraphs = paragraphs_of(body)
    source, editor = source_and_editor(paragraphs) if layout.credit_lines else (None, None)
    return ScrapedArticle(
        id=address[0],
        url=site.article_address(address[0], day),
        title=title,
        published=when,
        date_only=date_only,
        category=(site.category_key(page_title["category"]) if page_title else None) or category,
        body_html=etree.tostring(body, encoding="unicode", method="html", with_tail=False),
        layout=layout.name,
        authors=authors_of(_texts(root, layout.author), paragraphs, outlet=site.byline),
        source=source,
        editor=editor,
        short_url=next((str(v) for v in SHORT_URL(body) if v.startswith("http")), None),
        tags=_tags(body, site),
        rights=next((m[0] for m in (RIGHTS.search(t) for t in body.itertext()) if m), None),
    )


def _texts(root: html.HtmlElement, expressions: tuple[str, ...]) -> Iterator[str]:
    """The text of everything that the expressions select, in their order."""
    for expression in expressions:
        for found in selector(expression)(root):
            yield str(found) if isinstance(found, str) else "".join(found.itertext())


def title_line(text: str) -> str:
    """A title on one line; entities that the source escaped twice are resolved."""
    return one_line(unescape(text))


def match_layout(root: html.HtmlElement, site: Site) -> Matched:
    """The first layout that matches a page, and what it finds; the body is made whole. Raises LayoutError for none."""
    for layout in site.layouts:
        body = next(iter(selector(layout.body)(root)), None)
        title = next((t for t in map(title_line, _texts(root, layout.title)) if t), None)
        if body is not None and title:
            whole = re.match(site.page_title, title)  # metadata may carry the title of the page
            return layout, _complete(body, site), whole["title"] if whole else title
    raise LayoutError(f"no layout of {site.name} matches: no body or no title where one is expected")


def _complete(body: html.HtmlElement, site: Site) -> html.HtmlElement:
    """The body with what a stray end tag in it has thrown out: its end, and with it the site's last slot.

    Seen in three of 9,600 bodies. What follows a body is taken in only where that slot is among it.
    """
    end = selector(site.junk.end)
    if end(body):
        return body
    following = list(body.itersiblings())
    place = next((place for place, node in enumerate(following, 1) if end(node)), 0)
    if place:
        lost = html.Element("div")
        lost.text, body.tail = body.tail, None
        lost.extend(following[:place])
        body.append(lost)
    return body


def _own_address(root: html.HtmlElement, url: str, site: Site) -> tuple[int, date]:
    """Id and day of the page: of its address, or of its canonical link where only the id was known."""
    known = site.article_of(url)
    if known is None:
        raise LayoutError(f"{url} is not the address of an article of {site.name}")
    if known[1].year > STAND_IN.year:
        return known
    for href in root.xpath("//link[@rel='canonical']/@href | //meta[@property='og:url']/@content"):
        own = site.article_of(urljoin(url, str(href)))
        if own and own[0] == known[0]:
            return own
    return known


def _published(
    root: html.HtmlElement, layout: Layout, site: Site, address: tuple[int, date], fed: datetime | None
) -> tuple[datetime | None, bool]:
    """Time of publication, and whether only its day is known: from the feed, else the page, else the address.

    A time counts only if it falls on the day in the address: the source's addresses carry the day of
    publication in its zone (81 of 81 entries of feeds).
    """
    day = address[1]
    if fed and (day.year == STAND_IN.year or fed.astimezone(site.zone).date() == day):
        return fed.astimezone(site.zone), False
    for text in _texts(root, layout.published):
        when = _page_time(text, site)
        if when and (day.year == STAND_IN.year or when.date() == day):
            return when, False
    if day.year == STAND_IN.year:
        return None, True
    return datetime(day.year, day.month, day.day, tzinfo=site.zone), True


def _page_time(text: str, site: Site) -> datetime | None:
    """The first full time in *text*, in the site's zone where it names none."""
    for match in TIME.finditer(text):
        year, month, day, hour, minute, zone = match.groups()
        if hour is None:
            continue
        stamp = f"{year}-{int(month):02}-{int(day):02}T{int(hour):02}:{minute}{zone or ''}"
        try:
            when = datetime.fromisoformat(stamp)
        except ValueError:
            continue
        return when.astimezone(site.zone) if when.tzinfo else when.replace(tzinfo=site.zone)
    return None


def _tags(body: html.HtmlElement, site: Site) -> tuple[str, ...]:
    """Names of the tags that the body links to, in order, each once; the link of a source is none."""
    names: dict[str, None] = {}
    credits: dict[html.HtmlElement | None, bool] = {None: False}
    for anchor in body.iter("a"):
        name = site.tag_of(anchor.get("href") or "")
        line = next((p for p in anchor.iterancestors("p")), None) if name else None
        if line not in credits:  # read once: a line may hold thousands of links
            assert line is not None
            credits[line] = bool(CREDIT.match("".join(line.itertext())))
        if name and not credits[line]:
            names[title_line(name)] = None
    return tuple(names)
