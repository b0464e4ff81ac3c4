"""The reference: what stands in a body of the source without what the removal list names.

Written from the facts about the source alone (counted over 9,598 bodies of 2020 and single pages up to 2026),
second to `newsmirror.clean` and without its code. Where the two differ, `benchmarks.quality` shows the line,
and somebody looks which of them is wrong.
"""

import re
from urllib.parse import parse_qs, unquote, urlsplit

from benchmarks.reading import Image, Line, Reader, Reading

IDS = ("hideid", "nofeepop", "gtx-trans", "txt-mid1-t21-2017", "txt-mid2-t22-2017")
ID_STARTS = ("SC-2", "div-gpt-ad", "taboola")
SITE_LINES = re.compile(
    "诚征荣誉会员|荣誉会员招募中|守护香港.守护14亿|^（.*成为《看中国》荣誉会员|看中国荣誉会员注册|点击图片.*荣誉会员"
    "|^(本文)?短网址|^版权所有，任何形式转载|^严禁建立镜像网站|^看完这篇文章您觉得|^varnofee|返回正版看中国"
)
FIELD_LINE = re.compile(r"^(来源|來源|责任编辑|責任編輯):")
BODY = re.compile(r"(^|\s)article_right(\s|$)")


class _Source(Reader):
    """Reads the body of a page of the source."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0
        """Open ``div`` within the body; 0: before or after it."""

    @property
    def skipping(self) -> bool:
        return not self._depth or super().skipping

    def skips(self, tag: str, attributes: dict[str, str]) -> bool:
        name = attributes.get("id", "")
        warning = tag == "span" and "color:red" in attributes.get("style", "").replace(" ", "")
        advert = name in IDS or name.startswith(ID_STARTS) or tag in ("ins", "input")
        return advert or warning or "data-cfemail" in attributes

    def cuts(self, tag: str, attributes: dict[str, str]) -> bool:
        return tag == "hr" and "dashed" in attributes.get("style", "") and self._depth > 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        body = BODY.search(attributes.get("class", "")) or attributes.get("itemprop") == "articleBody"
        if tag == "div" and (self._depth or body):
            self._depth += 1
        if code := attributes.get("data-cfemail"):
            self.handle_data(_mail_address(code))
        super().handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        super().handle_endtag(tag)
        if tag == "div" and self._depth:
            self._depth -= 1

    def notice(self, tag: str, attributes: dict[str, str]) -> None:
        href = next((element.href or "" for element in reversed(self._open) if element.tag == "a"), "")
        banner = "/kzgd/" in attributes.get("src", "") or re.search("kzgd/|account.secretchina", href)
        if not (tag == "img" and banner):
            super().notice(tag, attributes)


def _mail_address(code: str) -> str:
    """What Cloudflare hid: every byte is XORed with the first."""
    numbers = [int(code[place : place + 2], 16) for place in range(0, len(code), 2)]
    return "".join(chr(number ^ numbers[0]) for number in numbers[1:])


def read_source(page: str) -> Reading:
    """The body of a page of the source without what the removal list names."""
    reading = _Source.read(page)
    kept: list[Line] = []
    places = [0]
    for line in reading.lines:
        if not SITE_LINES.search(line.text):
            kept.append(line)
        places.append(len(kept))
    images = [Image(image.src, places[image.line], image.paragraph) for image in reading.images]
    return Reading(kept, images, reading.tables, reading.posts)


TRACKING = re.compile(r"(?i)utm_|ref_src=|fbclid=|gclid=|ref_url=")
"""Parameters of links that only track readers, as they occur in the corpus."""


def link_key(href: str) -> str | None:
    """A link's address in a form that can be compared; None where a page should not keep it.

    Not kept are links of the site to itself (tags, home, members, editors) and what is no address at all.
    """
    href = "".join(href.split())
    try:
        parts = urlsplit(href)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return None
    if re.fullmatch(r"(.+\.)?google(\.\w+)+", host) and parts.path == "/url":
        query = parse_qs(parts.query)
        return link_key((query.get("url") or query.get("q") or [""])[0])
    article = re.match(r"/news/(gb|b5)/\d{4}/\d\d/\d\d/(\d+)\.html?", parts.path)
    if article and (not host or host.endswith("secretchina.com")):
        return f"article/{article[2]}"
    if host.endswith("secretchina.com"):
        keep = host == "secretchina.com" and re.match(r"/(news/(gb|b5)/p|taxonomy/)", parts.path)
        return unquote(parts.path) if keep else None
    if "." not in host or not host.isprintable() or parts.scheme not in ("http", "https", "") or len(href) > 2000:
        return None
    rest = "&".join(pair for pair in parts.query.split("&") if not TRACKING.match(pair))
    return unquote(host + parts.path.rstrip("/") + ("?" + rest if rest else ""))
