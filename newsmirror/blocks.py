"""A body's HTML → blocks of text. Pure; knows HTML, but no site."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from lxml import etree, html

from newsmirror.captions import captioned, join_captions
from newsmirror.inline import paragraphs, tidy
from newsmirror.items import (
    BREAK,
    Block,
    Embed,
    Heading,
    ListBlock,
    MembersOnly,
    Paragraph,
    Picture,
    Quote,
    Span,
)  # fmt: skip
from newsmirror.tables import holder, joined, lines, table_blocks
from newsmirror.text import EDGES, fold

# What stands on lines of its own. Items and cells are here for those that stand outside of a list or table.
CONTAINERS = {
    "p", "div", "center", "section", "article", "figcaption", "header", "footer", "main", "aside", "body", "html",
    "dl", "dt", "dd", "pre", "address", "fieldset", "details", "summary", "nav", "hr", "li", "tr", "td", "th", "thead",
    "tbody", "tfoot", "caption",
}  # fmt: skip
SKIPPED = {
    "script", "style", "noscript", "input", "button", "select", "textarea", "form", "ins", "object", "svg",
    "math", "template", "head", "title", "meta", "link", "map", "canvas",
}  # fmt: skip
HIDDEN = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
UNSEEN = re.compile(
    r"(?<![\w-])(?:(?:font-size|opacity)\s*:\s*0(?![.\d]*[1-9])|color\s*:\s*transparent"
    r"|(?:text-indent|left|top)\s*:\s*-\d{4,})",
    re.IGNORECASE,
)
"""Text that no reader of the source sees."""
SEEN = etree.XPath("boolean(.//img | .//*[contains(@style, 'font-size')])")
"""Pictures that appear once they are loaded, and text whose container takes the space between the parts away."""
BOLD = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE)
ITALIC = re.compile(r"font-style\s*:\s*(?:italic|oblique)", re.IGNORECASE)
ADVERTISING = re.compile(
    r"//(?:[\w-]+\.)*(?:doubleclick|googlesyndication|googletagmanager|googleadservices|google-analytics|taboola|outbrain"
    r"|adnxs|criteo|amazon-adsystem|addthis|sharethis|disqus)\.\w+/|//adservice\.|//www\.facebook\.com/plugins/(?!video|post)"
)
"""Frames of advertising, counters and buttons; other frames are players."""
MEMBERS_MARK = "members-only"
"""Name of the element that stands for the part left out."""
RAISED = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
LOWERED = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")


@dataclass(frozen=True)
class Addresses:
    """How addresses found in a body become the ones that are published; None: no link, no picture."""

    link: Callable[[str], str | None]
    picture: Callable[[str], str | None]


@dataclass(frozen=True)
class _Style:
    strong: bool = False
    emphasis: bool = False
    href: str | None = None


@dataclass
class _Reader:
    """Reads one flow of content; a nested quote, item or cell has a reader of its own."""

    addresses: Addresses
    blocks: list[Block] = field(default_factory=list)
    flow: list[Span | Picture] = field(default_factory=list)
    centred: bool = False

    def read(self, node: html.HtmlElement, style: _Style) -> None:
        self.text(node.text, style)
        for child in node:
            self.element(child, style)
            self.text(child.tail, style)

    def text(self, text: str | None, style: _Style) -> None:
        if text and (self.flow or not text.isspace()):
            self.flow.append(Span(fold(text), style.strong, style.emphasis, style.href))

    def element(self, node: html.HtmlElement, style: _Style) -> None:
        tag = node.tag if isinstance(node.tag, str) else "script"  # comments have a function as their tag
        look = node.get("style") or ""
        if tag in SKIPPED or HIDDEN.search(look) or node.get("hidden") is not None:
            return
        if tag != "img" and UNSEEN.search(look) and not SEEN(node):
            return
        if tag == "br":
            self.flow.append(BREAK)
        elif tag == "img":
            self.picture(node)
        elif tag in ("iframe", "video", "audio"):
            self.player(node, tag)
        elif tag in CONTAINERS or tag in BLOCK_READERS:
            self.flush()
            self.block(node, tag, style)
        elif tag in ("sup", "sub") and (text := _shifted(node, tag)):
            self.text(text, style)
        else:
            self.read(node, self.inline(node, tag, style))

    def block(self, node: html.HtmlElement, tag: str, style: _Style) -> None:
        if tag in BLOCK_READERS:
            self.blocks.extend(BLOCK_READERS[tag](node, self.addresses))
            return
        self.centred = "center" in (node.get("style") or "") or node.get("align") == "center" or tag == "center"
        self.read(node, style)
        self.flush()

    def inline(self, node: html.HtmlElement, tag: str, style: _Style) -> _Style:
        look = node.get("style") or ""
        if tag in ("strong", "b") or BOLD.search(look):
            style = replace(style, strong=True)
        if tag in ("em", "i") or ITALIC.search(look):
            style = replace(style, emphasis=True)
        if tag == "a" and (href := self.addresses.link(node.get("href") or "")):
            style = replace(style, href=href)
        return style

    def picture(self, node: html.HtmlElement) -> None:
        lazy = node.get("data-original") or node.get("data-src")
        address = node.get("src") or ""
        if lazy and (not address or address.startswith("data:")):
            address = lazy
        alt = fold(node.get("alt") or "").strip(EDGES)
        if src := self.addresses.picture(address):
            self.flow.append(Picture(src, "" if "://" in alt or alt.startswith("//") else alt))
        elif href := self.addresses.link(address):
            self.flow.append(Span(alt or "图片", href=href))

    def player(self, node: html.HtmlElement, tag: str) -> None:
        source = node.get("src") or next((str(s) for s in node.xpath(".//source/@src")), "")
        href = self.addresses.link(source)
        if href and not ADVERTISING.search(href):
            self.flush()
            self.blocks.append(Embed(href, "audio" if tag == "audio" else "video"))

    def flush(self) -> None:
        """Turn the inline content so far into paragraphs and pictures with their captions."""
        if not self.flow:
            self.centred = False
            return
        picture: Picture | None = None
        spans: list[Span] = []
        for part in [*self.flow, None]:
            if isinstance(part, Span):
                spans.append(part)
                continue
            self.blocks.extend(captioned(picture, spans, centred=self.centred) if picture else paragraphs(spans))
            picture, spans = part, []
        self.flow, self.centred = [], False


def read_blocks(node: html.HtmlElement, addresses: Addresses) -> tuple[Block, ...]:
    """The content of an element as blocks."""
    reader = _Reader(addresses)
    reader.read(node, _Style())
    reader.flush()
    return join_captions(reader.blocks)


def _shifted(node: html.HtmlElement, tag: str) -> str | None:
    """Raised or lowered digits as characters that are so by themselves: 10<sup>6</sup> is not 106."""
    table = RAISED if tag == "sup" else LOWERED
    text = "".join(node.itertext()).strip()
    return text.translate(table) if text and all(ord(character) in table for character in text) else None


def _heading(node: html.HtmlElement, addresses: Addresses) -> list[Block]:
    """A sub-head on one line and not bold by itself; its pictures stand before it."""
    blocks = read_blocks(node, addresses)
    pictures: list[Block] = [block for block in blocks if isinstance(block, Picture)]
    line = joined(lines(block for block in blocks if not isinstance(block, Picture)), Span(" "))
    spans = tidy([Span(" ") if span is BREAK else replace(span, strong=False) for span in line])
    return [*pictures, Heading(spans, int(str(node.tag)[1]))] if spans else pictures


def _list(node: html.HtmlElement, addresses: Addresses) -> list[Block]:
    """A list; what stands in it but in no item is an item, too."""
    items: list[tuple[Block, ...]] = [read_blocks(holder(node.text), addresses)]
    for child in node:
        if isinstance(child.tag, str):
            items.append(read_blocks(child if child.tag == "li" else holder(child), addresses))
        items.append(read_blocks(holder(child.tail), addresses))
    items = [item for item in items if item]
    return [ListBlock(tuple(items), ordered=node.tag == "ol")] if items else []


def _table(node: html.HtmlElement, addresses: Addresses) -> list[Block]:
    return table_blocks(node, lambda element: read_blocks(element, addresses))


def _figure(node: html.HtmlElement, addresses: Addresses) -> list[Block]:
    """A picture and its caption, whatever the caption says."""
    blocks = list(read_blocks(node, addresses))
    if len(blocks) == 2 and isinstance(blocks[0], Paragraph):
        blocks.reverse()  # the caption may stand above
    match blocks:
        case [Picture(caption=()) as picture, Paragraph(spans), *rest]:
            return [replace(picture, caption=spans), *rest]
    return blocks


def _quote(node: html.HtmlElement, addresses: Addresses) -> list[Block]:
    blocks = read_blocks(node, addresses)
    return [Quote(blocks)] if blocks else []


def _members(_node: html.HtmlElement, _addresses: Addresses) -> list[Block]:
    return [MembersOnly()]


BLOCK_READERS: dict[str, Callable[[html.HtmlElement, Addresses], list[Block]]] = {
    **{f"h{level}": _heading for level in range(1, 7)},
    "ul": _list,
    "ol": _list,
    "table": _table,
    "figure": _figure,
    "blockquote": _quote,
    MEMBERS_MARK: _members,
}


def parse_fragment(text: str) -> html.HtmlElement:
    """The element that a body's HTML holds."""
    return html.fragment_fromstring(text, create_parent="div")


def remove(node: html.HtmlElement) -> None:
    """Take an element out of its tree; the text that follows it stays."""
    if node.getparent() is not None:
        node.drop_tree()


def replace_with_mark(node: html.HtmlElement) -> None:
    """Put the members-only mark in the place of an element."""
    node.addprevious(html.Element(MEMBERS_MARK))
    remove(node)
