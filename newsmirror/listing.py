"""List pages and feeds of the source → links to articles. Pure: text in, values out; nothing is fetched here."""

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import quote, unquote, urljoin, urlsplit

from lxml import etree, html

from newsmirror.exceptions import LayoutError
from newsmirror.extract import title_line
from newsmirror.guard import XML_DECLARATION, parse_html
from newsmirror.site import Site

NEXT_WORDS = {"下一页", "下一頁", "后一页", "後一頁", ">", "»", "next"}


@dataclass(frozen=True, slots=True)
class Link:
    """An article that a list names."""

    id: int
    url: str | None
    """Canonical address; None for a lead that gives only the id."""
    published: datetime | None = None
    """From a feed: exact, aware; None elsewhere."""
    title: str = field(default="", compare=False)
    """What the list calls it, on one line; often cut, empty where only a picture is linked."""
    is_lead: bool = field(default=False, compare=False)
    """Whether a list's address names it, as home pages do with the lead of each category."""


@dataclass(frozen=True, slots=True)
class ListPage:
    """What a list page or feed says: links in the page's order, each article once."""

    links: tuple[Link, ...]
    next_url: str | None = None
    scripts_only: bool = False
    """No article link, but article addresses inside scripts: a browser may be needed."""
    title: str = field(default="", compare=False)
    """Of the page, as a browser shows it."""


def extract_list(text: str, *, url: str, site: Site) -> ListPage:
    """Article links of a list page, wherever on the page they stand, and its next page.

    Links are found by the grammar of addresses, not by their container: the markup of the source's
    lists is not known since 2016. *url* is the list's canonical address.
    """
    try:
        return read_list(parse_html(text), url=url, site=site)
    except LayoutError:
        return ListPage(())


def read_list(root: html.HtmlElement, *, url: str, site: Site) -> ListPage:
    """The same from a page that is parsed already."""
    base = urljoin(url, next(iter(root.xpath("//base/@href")), ""))
    links: dict[int, Link] = {}
    for node in root.xpath("//a[@href] | //*[@data-href]"):
        for href in filter(None, (node.get("href") if node.tag == "a" else None, node.get("data-href"))):
            if link := _link(href, base, site):
                links[link.id] = _joined(links.get(link.id), replace(link, title=title_line("".join(node.itertext()))))
    code = "".join(root.xpath("//script/text()")).replace("\\/", "/")
    scripts = not links and bool(re.search(site.article_path, code))
    title = title_line(root.findtext(".//title") or "")
    return ListPage(tuple(links.values()), _next_page(root, base, url, site), scripts, title)


def _joined(first: Link | None, second: Link) -> Link:
    """Two links to one article as one: the address where either has it, the longer title."""
    if first is None:
        return second
    return replace(
        first, url=first.url or second.url, title=max(first.title, second.title, key=len),
        is_lead=first.is_lead or second.is_lead,
    )  # fmt: skip


def _link(href: str, base: str, site: Site) -> Link | None:
    try:
        url = urljoin(base, href.strip())
    except ValueError:
        return None
    if known := site.article_of(url):
        return Link(known[0], site.article_address(*known))
    lead = site.lead_of(url)
    return Link(lead, None, is_lead=True) if lead is not None else None


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
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True
    )
    try:
        root = etree.fromstring(XML_DECLARATION.sub("", text).encode(), parser)
    except etree.XMLSyntaxError:
        return ListPage(())
    if root is None or root.getroottree().docinfo.internalDTD is not None:
        return ListPage(())
    links: dict[int, Link] = {}
    for item in root.iter("item"):
        known = site.article_of(item.findtext("link") or "")
        if known and known[0] not in links:
            stamp = item.findtext("{http://purl.org/dc/elements/1.1/}date") or ""
            title = title_line(item.findtext("title") or "")
            links[known[0]] = Link(known[0], site.article_address(*known), _aware(stamp), title)
    return ListPage(tuple(links.values()))


def _aware(stamp: str) -> datetime | None:
    """An ISO time as UTC, to the minute (pages carry no seconds); None where it is none or has no zone."""
    try:
        when = datetime.fromisoformat(stamp.strip())
    except ValueError:
        return None
    return when.astimezone(UTC).replace(second=0, microsecond=0) if when.tzinfo else None
