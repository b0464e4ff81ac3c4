"""Whose page an answer is: the source's, and the one that was asked for? Pure.

Every rule is about what a page says of itself or carries, so that it holds for pages nobody has seen:

* it names its address (canonical link, og:url, linked data): that must be the one asked for;
* it carries the source's frame: its name in the title, links to its lists and articles;
* without a frame it is a stranger's if it asks for a password or a check, sends elsewhere, names another
  site, links elsewhere, has nothing to read, has no Chinese word, or says why it refuses.

docs/hardening.md explains them for operators.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from lxml import html

from newsmirror.site import Site

MISSING = re.compile(
    r"(?i)404|not found|no longer|page (?:is )?gone"
    r"|找不到|未找到|[没沒無无]有?找到|不存在|已被?[删刪]除|已下[线線]|已失效"
)
WALL = re.compile(
    r"(?i)log ?in|sign ?in|subscri|captcha|verif|enable (?:java|cookie)|denied|forbidden|maintenance"
    r"|登[录錄入]|[订訂][阅閱]|付[费費]|注[册冊]|[验驗][证證]|[启啟]用|[维維][护護]|拒[绝絕]|禁止"
)
NOTICE = re.compile(
    r"(?i)block|unavailable|challenge|moment|checking|firewall|bad gateway|error|domain|parked|for sale|welcome to"
    r"|it works|construction|cloudflare|portal"
    r"|[无無]法|屏蔽|[拦攔]截|[违違][规規]|[备備]案|[暂暫]停|防火|安全|稍[候后後]|域名|出售|建[设設]中"
    r"|流量|套餐|充值|[诈詐][骗騙]|反[诈詐]|文明上[网網]|[绿綠]色上[网網]|[频頻]繁|[过過]快|提示|提醒|年[满滿]|[满滿]十八"
)
NOTICE_TEXT = 600
"""How much of a page's text is read for words of refusal: notices say it at once."""
LITTLE_TEXT = 3
FRAME_LINKS = 3
"""Links to the source's own lists and articles from which on a page carries its frame."""
OWN_SHARE = 0.2
"""Below this share of links to the source a page without its name is somebody else's."""
HAN = re.compile("[\u3400-\u9fff]")
TITLE_CHARACTERS = 6
"""Shorter link texts are dates, counts and words like 阅读全文."""
HOME_LEADS = 3
"""Leads of as many categories stand on the home page only."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a page is not taken: *reason* is counted, *words* are for the operator."""

    reason: str
    words: str


class Evidence:
    """What a page says of itself; each part is read when it is asked for."""

    def __init__(self, root: html.HtmlElement, *, url: str, site: Site):
        self.root, self.url, self.site = root, url, site
        self.title = " ".join((root.findtext(".//title") or "").split())

    def named_addresses(self) -> Iterator[str]:
        """The addresses that the page gives as its own, absolute."""
        found = [*self.root.xpath("//link[@rel='canonical']/@href | //meta[@property='og:url']/@content")]
        for script in self.root.xpath("//script[@type='application/ld+json']/text()"):
            found += _linked_addresses(str(script))
        for address in found:
            try:
                yield urljoin(self.url, str(address).strip())
            except ValueError:
                continue

    def links(self) -> list[str]:
        """Absolute addresses of all links; those that are none are left out."""
        found = []
        for href in self.root.xpath("//a/@href"):
            try:
                found.append(urljoin(self.url, str(href).strip()))
            except ValueError:
                continue
        return found

    def is_own(self, address: str) -> bool:
        """Whether an address is that of an article, list or tag of the source."""
        return bool(self.site.article_of(address) or self.site.list_of(address) or self.site.tag_of(address))

    def has_frame(self) -> bool:
        """Whether the page carries the source's frame: its name in the title, or links to its lists and articles."""
        if self.site.title in self.title:
            return True
        return sum(map(self.is_own, self.links())) >= FRAME_LINKS

    def heading(self) -> str:
        """The title without the source's name; empty on the home page."""
        return self.title.partition(self.site.title)[0].strip(" -_|–—·")

    def text(self) -> str:
        """What a reader sees, without white space at its ends."""
        seen = self.root.xpath("//body//text()[not(ancestor::script or ancestor::style or ancestor::noscript)]")
        return " ".join(" ".join(map(str, seen)).split())


def _linked_addresses(script: str) -> list[str]:
    """``mainEntityOfPage`` and ``url`` of the article in linked data; nothing where it is damaged."""
    try:
        data = json.loads(script)
    except (ValueError, RecursionError):
        return []
    records = data if isinstance(data, list) else [data]
    found = []
    for record in records:
        if isinstance(record, dict) and "Article" in str(record.get("@type")):
            page = record.get("mainEntityOfPage")
            values = (page.get("@id") if isinstance(page, dict) else page, record.get("url"))
            found += [value for value in values if isinstance(value, str)]
    return found


def check_article(page: Evidence, text: str, *, identifier: int) -> Refusal | None:
    """What speaks against a page on which an article was found; *text* is the page as it came."""
    named = list(page.named_addresses())
    known = [article[0] for article in map(page.site.article_of, named) if article]
    if known and identifier not in known:
        return Refusal("other_article", f"the page says that it is article {known[0]}")
    if not known and (stranger := _stranger(page.site, named, identifier)):
        return Refusal("foreign", f"the page says that it belongs to {stranger}")
    if page.site.title not in text and page.site.domain not in text:
        return Refusal("foreign", "nothing on the page names the source")
    return None


def _stranger(site: Site, named: list[str], identifier: int) -> str | None:
    """The host of another site that the page names as its own; None where the path still is the article's."""
    for address in named:
        parts = urlsplit(address)
        host = parts.hostname or ""
        own = host == site.domain or host.endswith(f".{site.domain}")
        if host and not own and str(identifier) not in parts.path:
            return host[:80]
    return None


def explain_unread(page: Evidence) -> Refusal:
    """What a page is on which no article was found: a stranger's, another one of the source, or a new layout."""
    if page.has_frame():
        return _own_page(page)
    words = _stranger_words(page)
    return Refusal("blocked", words) if words else Refusal("layout", "")


def _own_page(page: Evidence) -> Refusal:
    if words := _notice_under_a_name(page):
        return Refusal("blocked", words)
    heading = page.heading()
    first = " ".join("".join(h.itertext()) for h in page.root.xpath("//h1")[:1])
    if MISSING.search(heading[:40]) or MISSING.search(first[:40]):
        return Refusal("missing", "the source says that there is no such page")
    named = {category.name for category in page.site.categories}
    if page.site.title in page.title and (not heading or heading in named):
        return Refusal("other_page", "the source answers with its home page or a list")
    return Refusal("layout", "")


def _notice_under_a_name(page: Evidence) -> str | None:
    """What a page is that has the source's name in its title and nothing else of it, None where nothing tells."""
    text = page.text()
    if len(text) >= NOTICE_TEXT or any(map(page.is_own, page.links())) or MISSING.search(f"{page.heading()} {text}"):
        return None
    asks = page.root.xpath("//input[@type='password'] | //*[contains(@class,'captcha') or contains(@id,'captcha')]")
    return "a notice or a refusal" if asks or any(p.search(text) for p in (WALL, NOTICE)) else None


def _stranger_words(page: Evidence) -> str | None:
    """What a page without the source's frame is, None where nothing tells."""
    text = page.text()
    root = page.root
    if root.xpath("//input[@type='password'] | //*[contains(@class,'captcha') or contains(@id,'captcha')]"):
        return "a page that asks for a password or a check"
    if root.xpath("//meta[translate(@http-equiv,'REFSH','refsh')='refresh']") or (
        len(text) < NOTICE_TEXT and re.search(r"\blocation\b", "".join(root.xpath("//script/text()")))
    ):
        return "a page that sends elsewhere"
    if len(text) < LITTLE_TEXT and not page.links():
        return "a page with nothing to read"
    if text[:1] in ("{", "[") and text[-1:] in ("}", "]"):
        return "data instead of a page"
    if _stranger(page.site, list(page.named_addresses()), -1) or _links_elsewhere(page):
        return "a page of another site"
    said = f"{page.title} {text[:NOTICE_TEXT]}"
    if not HAN.search(said):
        return "a page without a Chinese word"
    return "a notice or a refusal" if any(p.search(said) for p in (MISSING, WALL, NOTICE)) else None


def _links_elsewhere(page: Evidence) -> bool:
    """Whether a page links to other hosts and hardly to the source."""
    links = [address for address in page.links() if address.startswith(("http:", "https:"))]
    own = sum(map(page.is_own, links))
    away = sum(not page.site.is_own_host(urlsplit(address).hostname) for address in links)
    return away > 0 and own < OWN_SHARE * len(links)


def check_list(page: Evidence, *, kind: str) -> Refusal | None:
    """What speaks against a list page (*kind*: ``page``, ``tag``, ``home``, ``ranking``) that names articles."""
    if any(map(page.site.article_of, page.named_addresses())):
        return Refusal("foreign", "an article stands there")
    leads = {page.site.list_of(address) for address in page.links() if page.site.lead_of(address)}
    if kind != "home" and not page.heading() and len(leads) >= HOME_LEADS:
        return Refusal("foreign", "the home page stands there")
    if page.site.title not in page.title and _links_elsewhere(page):
        return Refusal("foreign", "a page of another site")
    return None


def has_end(text: str) -> bool:
    """Whether a page came to its end: its last tags are there."""
    return bool(re.search(r"</(?:html|body)\s*>", text, re.IGNORECASE))


def ends_inside(body: html.HtmlElement) -> bool:
    """Whether nothing at all follows an article's body on its page: the page was cut there."""
    return not body.xpath("boolean(following::*)")


def titles_agree(title: str, listed: Iterable[str]) -> bool | None:
    """Whether a title shares two characters in a row with one that lists give; None where no list tells.

    Of 20,000 pairs of titles of different articles 96 % share none. Lists cut titles and leave marks out; an
    editor who changes a title leaves some of its words.
    """
    pairs = [_pairs(text) for text in listed if len(HAN.findall(text)) >= TITLE_CHARACTERS]
    return any(one & _pairs(title) for one in pairs) if pairs and _pairs(title) else None


def _pairs(text: str) -> set[str]:
    plain = re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text)).casefold()
    return {plain[start : start + 2] for start in range(len(plain) - 1)}
