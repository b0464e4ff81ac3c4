"""Answers → lists and articles, or the reason why they are none: decoding, recognition and extraction in a row."""

from collections.abc import Iterable
from datetime import date, datetime

from scrapy.http import Response, TextResponse

from newsmirror.decode import decode_page, is_foreign
from newsmirror.exceptions import LayoutError
from newsmirror.extract import match_layout, read_matched
from newsmirror.guard import parse_html
from newsmirror.identity import Evidence, Refusal, check_article, check_list, ends_inside, explain_unread, has_end
from newsmirror.items import ScrapedArticle
from newsmirror.listing import Link, ListPage, extract_feed, read_list
from newsmirror.quarantine import Kept
from newsmirror.site import Site

FOREIGN = Refusal("blocked", "a page in another language")
CUT = Refusal("cut", "the page is cut off before its end")
CUT_FLAGS = {"partial", "dataloss"}
"""Scrapy's marks for an answer whose end nobody announced."""
RELEASED = "released"
"""Our mark for a page that comes out of quarantine."""


def read_text(response: Response) -> str:
    """The text of an answer, whatever charset it claims. Raises EncodingError where there is none."""
    return decode_page(response.body, content_type=content_type(response))


def content_type(response: Response) -> str:
    """What an answer says that it is."""
    return (response.headers.get("Content-Type") or b"").decode("latin-1")


def kept(response: Response) -> Kept:
    """An answer as quarantine keeps it."""
    return Kept(response.body, content_type(response), response.status)


class Answers:
    """Pages of articles that are on their way through the pipelines, by address."""

    def __init__(self) -> None:
        self._answers: dict[str, Response] = {}

    def keep(self, address: str, answer: Response) -> None:
        """Remember what came for an address."""
        self._answers[address] = answer

    def take(self, address: str) -> Kept | None:
        """What came for an address, and forget it; None where it is not known."""
        answer = self._answers.pop(address, None)
        return kept(answer) if answer else None

    def drop(self, answer: Response | None) -> list[str]:
        """Forget an answer; returns the addresses it came for."""
        found = [address for address, known in self._answers.items() if known is answer]
        for address in found:
            del self._answers[address]
        return found


def list_of(response: Response, *, kind: str, site: Site) -> ListPage | Refusal:
    """The links of a list (*kind*: see `ListSource`), or why the answer is no list."""
    if not isinstance(response, TextResponse):
        return Refusal("empty", "the answer is no text")
    if is_foreign(response.body):
        return FOREIGN
    try:
        text = read_text(response)
        if kind == "feed" and (page := extract_feed(text, site=site)).links:
            return page
        found = Evidence(parse_html(text), url=response.url, site=site)
    except LayoutError as error:
        return Refusal("empty" if error.reason == "layout" else error.reason, str(error))
    page = read_list(found.root, url=response.url, site=site)
    if page.links and kind != "feed":
        return check_list(found, kind=kind) or page
    if page.scripts_only:
        return Refusal("empty", "only scripts, a browser may be needed")
    why = explain_unread(found)
    return why if why.reason == "blocked" else Refusal("empty", "no articles")


def article_of(
    response: Response, *, url: str, site: Site, published: datetime | None, category: str | None, trusted: bool
) -> ScrapedArticle | Refusal:
    """The article on a page, or why the answer is none; *trusted*: a person looked at it and released it."""
    try:
        if not isinstance(response, TextResponse):
            return Refusal("layout", "the answer is no text")
        if is_foreign(response.body):
            return FOREIGN
        text = read_text(response)
        if not text.strip():
            return Refusal("blocked", "the page is empty")
        found = Evidence(parse_html(text), url=url, site=site)
        whole = has_end(text)
        if not whole and not trusted and CUT_FLAGS & set(response.flags):
            return CUT
        return _read(found, text, whole=whole, published=published, category=category, trusted=trusted)
    except LayoutError as error:
        return Refusal(error.reason, str(error))


def _read(
    page: Evidence, text: str, *, whole: bool, published: datetime | None, category: str | None, trusted: bool
) -> ScrapedArticle | Refusal:
    try:
        matched = match_layout(page.root, page.site)
    except LayoutError as error:
        why = explain_unread(page)
        if why.reason != "layout":
            return why
        return Refusal("layout", str(error)) if whole else CUT
    article = read_matched(matched, url=page.url, site=page.site, published=published, category=category)
    if trusted:
        return article
    if not whole and ends_inside(matched[1]):
        return CUT
    return check_article(page, text, identifier=article.id) or article


def newest_day(links: Iterable[Link], site: Site) -> date | None:
    """The newest day that the addresses of a list carry."""
    known = (site.article_of(link.url) for link in links if link.url)
    return max((article[1] for article in known if article), default=None)
