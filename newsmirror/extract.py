"""Pages of the source → links and articles. Pure: text in, values out; nothing is fetched here."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from html import unescape
from urllib.parse import parse_qs, quote, unquote, urljoin, urlsplit

from lxml import etree, html

from newsmirror.credits import CREDIT, authors_of, paragraphs_of, source_and_editor
from newsmirror.exceptions import LayoutError
from newsmirror.guard import XML_DECLARATION, parse_html
from newsmirror.items import ScrapedArticle
from newsmirror.site import STAND_IN, Layout, Site
from newsmirror.text import one_line

NEXT_WORDS = {"下一页", "下一頁", "后一页", "後一頁", ">", "»", "next"}
TIME = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T　]+(\d{1,2}):(\d{2})(?::\d{2}(?:\.\d+)?\s*(Z|[+-]\d{2}:?\d{2})?)?)?"
)
RIGHTS = re.compile(r"版权所有，任何形式转载需\S{1,12}?授权许可。")


@dataclass(frozen=True, slots=True)
class Link:
    """An article that a list names."""

    id: int
    url: str | None
    """Canonical address; None for a lead that gives only the id."""
    published: datetime | None = None
    """From a feed: exact, aware; None elsewhere."""


@dataclass(frozen=True, slots=True)
class ListPage:
    """What a list page or feed says: links in the page's order, each article once."""

    links: tuple[Link, ...]
    next_url: str | None = None
    scripts_only: bool = False
    """No article link, but article addresses inside scripts: a browser may be needed."""


def extract_list(text: str, *, url: str, site: Site) -> ListPage:
    """Article links of a list page, wherever on the page they stand, and its next page.

    Links are found by the grammar of addresses, not by their container: the markup of the source's
    lists is not known since 2016. *url* is the list's canonical address.
    """
    try:
        root = parse_html(text)
    except LayoutError:
        return ListPage(())
    base = urljoin(url, next(iter(root.xpath("//base/@href")), ""))
    links: dict[int, Link] = {}
    for href in root.xpath("//a/@href | //*/@data-href"):
        link = _link(str(href), base, site)
        if link and (link.id not in links or links[link.id].url is None):
            links[link.id] = link
    code = "".join(root.xpath("//script/text()")).replace("\\/", "/")
    scripts = not links and bool(re.search(site.article_path, code))
    return ListPage(tuple(links.values()), _next_page(root, base, url, site), scripts)


def _link(href: str, base: str, site: Site) -> Link | None:
    try:
        url = urljoin(base, href.strip())
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    if known := site.article_of(url):
        return Link(known[0], site.article_address(*known))
    lead = parse_qs(parts.query).get(site.lead_query, [""])[0]
    if lead.isascii() and lead.isdigit() and len(lead) < 10 and site.is_own_host(host):
        return Link(int(lead), None)
    return None


def _next_page(root: html.HtmlElement, base: str, url: str, site: Site) -> str | None:
    """The address of the next page where the page links to one, on the canonical host."""
    stem = unquote(urlsplit(url).path).removesuffix(".html")
    for anchor in root.iter("a"):
        words = "".join(anchor.itertext()).strip().lower()
        if anchor.get("rel") != "next" and words not in NEXT_WORDS:
            continue
        try:
            parts = urlsplit(urljoin(base, (anchor.get("href") or "").strip()))
        except ValueError:
            continue
        # A page of the same list, or of another one (which its own address brings)?
        path = unquote(parts.path)
        own = site.is_own_host(parts.hostname) and path.startswith(stem) and not path[len(stem) :][:1].isalnum()
        target = quote(parts._replace(scheme="https", netloc=site.host, fragment="").geturl(), safe="/:?=&%")
        if own and not site.article_of(target) and target != url:
            return target
    return None


def extract_feed(text: str, *, site: Site) -> ListPage:
    """Article links of an RSS feed with their exact times; a damaged feed gives what can be read of it.

    A feed with a document type is refused (no links): entities are the only use of one, and an attack.
    """
    if "<!DOCTYPE" in text[:2000].upper():
        return ListPage(())
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True
    )
    try:
        root = etree.fromstring(XML_DECLARATION.sub("", text).encode(), parser)
    except etree.XMLSyntaxError:
        return ListPage(())
    links: dict[int, Link] = {}
    for item in root.iter("item") if root is not None else ():
        known = site.article_of(item.findtext("link") or "")
        if known and known[0] not in links:
            stamp = item.findtext("{http://purl.org/dc/elements/1.1/}date") or ""
            links[known[0]] = Link(known[0], site.article_address(*known), _aware(stamp))
    return ListPage(tuple(links.values()))


def _aware(stamp: str) -> datetime | None:
    """An ISO time as UTC, to the minute (pages carry no seconds); None where it is none or has no zone."""
    try:
        when = datetime.fromisoformat(stamp.strip())
    except ValueError:
        return None
    return when.astimezone(UTC).replace(second=0, microsecond=0) if when.tzinfo else None


def extract_article(
    text: str, *, url: str, site: Site, published: datetime | None = None, category: str | None = None
) -> ScrapedArticle:
    """The article on a page, read with the first layout of the site that matches.

    *text* is decoded; *url* is the canonical address, whose day may be a stand-in (1970-01-01) when only
    the id is known. *published* is the feed's time; *category* is used where the page names none.

    Raises LayoutError if no layout matches: the source has changed, or this is no article.
    """
    root = parse_html(text)
    layout, body, title = _match_layout(root, site)
    address = _own_address(root, url, site)
    when, date_only = _published(root, layout, site, address, published)
    day = when.date() if when and address[1].year == STAND_IN.year else address[1]
    page_title = re.match(site.page_title, _one_line(root.findtext(".//title") or ""))
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
        authors=authors_of(_texts(root, layout.author), paragraphs),
        source=source,
        editor=editor,
        short_url=next((str(v) for v in body.xpath(".//input[@name='lname']/@value") if v.startswith("http")), None),
        tags=_tags(body, site),
        rights=next((m[0] for m in (RIGHTS.search(t) for t in body.itertext()) if m), None),
    )


@cache
def _xpath(expression: str) -> etree.XPath:
    return etree.XPath(expression)


def _texts(root: html.HtmlElement, expressions: tuple[str, ...]) -> Iterator[str]:
    """The text of everything that the expressions select, in their order."""
    for expression in expressions:
        for found in _xpath(expression)(root):
            yield str(found) if isinstance(found, str) else "".join(found.itertext())


def _one_line(text: str) -> str:
    """Text on one line; entities that the source escaped twice are resolved."""
    return one_line(unescape(text))


def _match_layout(root: html.HtmlElement, site: Site) -> tuple[Layout, html.HtmlElement, str]:
    for layout in site.layouts:
        body = next(iter(_xpath(layout.body)(root)), None)
        title = next((t for t in map(_one_line, _texts(root, layout.title)) if t), None)
        if body is not None and title:
            whole = re.match(site.page_title, title)  # metadata may carry the title of the page
            return layout, _complete(body, site), whole["title"] if whole else title
    raise LayoutError(f"no layout of {site.name} matches: no body or no title where one is expected")


def _complete(body: html.HtmlElement, site: Site) -> html.HtmlElement:
    """The body with what a stray end tag in it has thrown out: its end, and with it the site's last slot.

    Seen in three of 9,600 bodies. What follows a body is taken in only where that slot is among it.
    """
    end = _xpath(site.junk.end)
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

    A time on the page counts only if it falls on the day in the address: the source's addresses carry the
    day of publication in its zone.
    """
    if fed:
        return fed.astimezone(site.zone), False
    day = address[1]
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
    for anchor in body.iter("a"):
        name = site.tag_of(anchor.get("href") or "")
        line = next((p for p in anchor.iterancestors("p")), None)
        if name and (line is None or not CREDIT.match("".join(line.itertext()))):
            names[_one_line(name)] = None
    return tuple(names)
