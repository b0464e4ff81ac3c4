"""Addresses in articles → addresses that may be published. Pure."""

import re
from urllib.parse import SplitResult, parse_qs, quote, unquote, unquote_plus, urljoin, urlsplit

from newsmirror.site import Site

MAX_ADDRESS = 2000
"""Longer ones are not addresses: one real href holds a whole article."""
HOST = re.compile(
    r"(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+(?!local(?:host|domain)?$|internal$|lan$|home$|arpa$)"
    r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?"
)
"""A name on the internet: numbers and names of private networks lead a reader to a machine of their own."""
MISLEADING = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""What makes an address end, or read in another direction than it leads, however it is encoded."""
SAFE = "!#$%&'()*+,/:;=?@~-._"
TRACKING = re.compile(
    r"utm_\w+|[a-z]{1,3}clid|g(?:braid|clsrc)|wbraid|mc_[ce]id|igsh(?:id)?|_g[al]|_hs\w+|mkt_tok|vero_id|oly_\w+|yclid|msclkid"
    r"|ref_(?:src|url)|cmpid|wt_mc|xtor|spm|scm|s?cid|soc_(?:src|trk)|__twitter_impression|share_(?:token|source\w*)"
)
"""Parameters that tell a host how its readers came; the article does not need them."""
TRACKING_OF = {"twitter.com": {"s", "t"}, "x.com": {"s", "t"}, "youtube.com": {"feature", "si"}, "youtu.be": {"si"}}
"""The same where only one host gives these names this meaning."""
DETOUR = re.compile(r"/(?:url|go(?:to)?|links?|redir(?:ect)?|r|out(?:link)?|jump|away|leave|exit|click|l)(?:\.\w+)?/?$")
"""Paths that only pass readers on, where a parameter holds the target."""
TARGETS = ("url", "u", "q", "target", "to", "dest", "destination", "redirect", "redirect_url", "link", "goto")


def public_link(href: str, base: str, site: Site) -> str | None:
    """The address to publish for a link, None where only its text is kept.

    Kept are absolute http, https and mailto addresses, and paths of the site itself that lead to
    articles or lists. Tag links become the page's tags; subscription, editor and home links are the
    site's own. What only tells the target who sent its readers is left out, detours through counters are
    cut short, and a host is given as its name in ASCII: nobody is led by a letter that looks like another.
    """
    href = re.sub(r"[\t\r\n]", "", href.strip())  # as browsers read it; a space inside becomes %20
    href = f"http://{href}" if re.match(r"(?i)www\.[\w-]+\.", href) else href
    if not href or len(href) > MAX_ADDRESS or (not href.startswith("/") and ":" not in href[:9]):
        return None  # relative to a foreign page that the text was copied from
    try:
        parts = urlsplit(urljoin(base, href))
        host = (parts.hostname or "").encode("idna").decode() if parts.hostname else ""
        port = parts.port
    except (ValueError, UnicodeError):
        return None
    if parts.scheme == "mailto":
        return quote(parts.geturl(), safe=SAFE) if "@" in parts.path else None
    if (
        parts.scheme not in ("http", "https")
        or not HOST.fullmatch(host)
        or parts.username
        or port not in (None, 80, 443)
    ):
        return None
    if MISLEADING.search(unquote(parts.path + parts.query + parts.fragment)):
        return None
    if target := _wrapped(parts):
        return public_link(target, base, site)
    netloc = host if port is None else f"{host}:{port}"
    return _site_link(parts._replace(netloc=netloc, query=_untracked(parts.query, host)).geturl(), host, site)


def _site_link(url: str, host: str, site: Site) -> str | None:
    if known := site.article_of(url):
        return site.article_address(*known)
    own = site.is_own_host(host)
    if host.endswith(f".{site.host.removeprefix('www.')}") and not own:
        return None  # members' and editors' hosts
    if own and (site.tag_of(url) or not urlsplit(url).path.startswith(site.content_paths)):
        return None
    return quote(url, safe=SAFE)


def picture_address(src: str, base: str, site: Site) -> str | None:
    """The https address of a picture of the site, None for pictures elsewhere: no reader is sent there."""
    try:
        parts = urlsplit(urljoin(base, src.strip()))
        own = src.strip() and site.is_picture_host(parts.hostname) and parts.port is None and not parts.username
    except ValueError:
        return None
    if not own or parts.scheme not in ("http", "https"):
        return None
    return quote(parts._replace(scheme="https", fragment="").geturl(), safe=SAFE)


def _wrapped(parts: SplitResult) -> str | None:
    """The target of a detour through a counter, None where the address leads to its own page."""
    if not DETOUR.search(parts.path):
        return None
    query = parse_qs(parts.query)
    found = (query[name][0] for name in TARGETS if name in query)
    return next((target for target in found if re.match(r"(?i)[a-z][a-z0-9+.-]*:", target)), None)


def _untracked(query: str, host: str) -> str:
    """A query without what only tracks readers; the rest stays as it is written."""
    own = TRACKING_OF.get(host.removeprefix("www.").removeprefix("m."), set())
    kept = []
    for pair in query.split("&"):
        name = unquote_plus(pair.partition("=")[0]).lower()
        if not TRACKING.fullmatch(name) and name not in own:
            kept.append(pair)
    return "&".join(kept)
