"""A body's HTML → blocks of text. Pure; knows HTML, but no site."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from lxml import html

from newsmirror.exceptions import HostileError
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
    Spans,
    Table,
    plain_text,
)  # fmt: skip
from newsmirror.text import EDGES, fold

CONTAINERS = {
    "p", "div", "center", "section", "article", "figure", "figcaption", "header", "footer", "main", "aside", "body",
    "html", "dl", "dt", "dd", "pre", "address", "fieldset", "details", "summary", "nav",
}  # fmt: skip
SKIPPED = {
    "script", "style", "noscript", "input", "button", "select", "textarea", "form", "ins", "object", "embed", "svg",
    "math", "template", "head", "title", "meta", "link", "map", "canvas",
}  # fmt: skip
HIDDEN = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
MEMBERS_MARK = "members-only"
"""Name of the element that stands for the part left out."""
MAX_CELLS = 20_000
"""One long row among many short ones would be filled up to millions of empty cells."""
CAPTION_LIMIT = 300
"""Longer text after a picture is the article's. The longest caption of 5,240 measured 289 characters."""


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
        if text:
            self.flow.append(Span(fold(text), style.strong, style.emphasis, style.href))

    def element(self, node: html.HtmlElement, style: _Style) -> None:
        tag = node.tag if isinstance(node.tag, str) else "script"  # comments have a function as their tag
        if tag in SKIPPED or HIDDEN.search(node.get("style") or "") or node.get("hidden") is not None:
            return
        if tag == "br":
            self.flow.append(BREAK)
        elif tag == "img":
            self.picture(node)
        elif tag in ("iframe", "video", "audio"):
            self.player(node, tag)
        elif tag in CONTAINERS or tag in BLOCK_READERS:
            self.flush()
            self.block(node, tag)
        else:
            self.read(node, self.inline(node, tag, style))

    def block(self, node: html.HtmlElement, tag: str) -> None:
        if tag in BLOCK_READERS:
            self.blocks.extend(BLOCK_READERS[tag](node, self.addresses))
            return
        self.centred = "center" in (node.get("style") or "")
        self.read(node, _Style())
        self.flush()

    def inline(self, node: html.HtmlElement, tag: str, style: _Style) -> _Style:
        if tag in ("strong", "b"):
            return replace(style, strong=True)
        if tag in ("em", "i"):
            return replace(style, emphasis=True)
        if tag == "a" and (href := self.addresses.link(node.get("href") or "")):
            return replace(style, href=href)
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
        if href := self.addresses.link(source):
            self.flush()
            self.blocks.append(Embed(href, "audio" if tag == "audio" else "video"))

    def flush(self) -> None:
        """Turn the inline content so far into paragraphs and pictures with their captions."""
        picture: Picture | None = None
        spans: list[Span] = []
        for part in [*self.flow, None]:
            if isinstance(part, Span):
                spans.append(part)
                continue
            self.blocks.extend(_captioned(picture, spans, self.centred) if picture else paragraphs(spans))
            picture, spans = part, []
        self.flow, self.centred = [], False


def _captioned(picture: Picture, spans: list[Span], centred: bool) -> list[Block]:
    """A picture with the text behind it: a caption after a break or in a centred paragraph, else a paragraph."""
    broken = next((s is BREAK for s in spans if s is BREAK or s.text.strip(EDGES)), False)
    rest = paragraphs(spans)
    if rest and (broken or centred) and len(plain_text(rest[0].spans)) <= CAPTION_LIMIT:
        return [replace(picture, caption=rest[0].spans), *rest[1:]]
    return [picture, *rest]


def read_blocks(node: html.HtmlElement, addresses: Addresses) -> tuple[Block, ...]:
    """The content of an element as blocks."""
    reader = _Reader(addresses)
    reader.read(node, _Style())
    reader.flush()
    return tuple(reader.blocks)


def _lines(blocks: Iterable[Block]) -> Iterator[Spans]:
    """The lines of a cell's blocks; a picture, for which a cell has no room, becomes a link."""
    for block in blocks:
        match block:
            case Paragraph(spans) | Heading(spans):
                yield spans
            case Picture(src, alt, caption):
                yield (Span(alt or "图片", href=src),)
                yield caption
            case ListBlock(items):
                yield from _lines(inner for item in items for inner in item)
            case Table(rows):
                yield from (cell for row in rows for cell in row)
            case Quote(inner):
                yield from _lines(inner)
            case Embed(url):
                yield (Span(url, href=url),)


def _joined(lines: Iterable[Spans], joint: Span) -> Spans:
    """Lines as one run of spans, empty ones left out."""
    joined: list[Span] = []
    for line in filter(None, lines):
        joined += [joint, *line] if joined else line
    return tuple(joined)


def _cell(node: html.HtmlElement, addresses: Addresses) -> Spans:
    return _joined(_lines(read_blocks(node, addresses)), BREAK)


def _heading(node: html.HtmlElement, addresses: Addresses) -> list[Block]:
    """A sub-head on one line and not bold by itself; its pictures stand before it."""
    blocks = read_blocks(node, addresses)
    pictures: list[Block] = [block for block in blocks if isinstance(block, Picture)]
    line = _joined(_lines(block for block in blocks if not isinstance(block, Picture)), Span(" "))
    spans = tidy([Span(" ") if span is BREAK else replace(span, strong=False) for span in line])
    return [*pictures, Heading(spans, int(str(node.tag)[1]))] if spans else pictures


def _list(node: html.HtmlElement, addresses: Addresses) -> list[Block]:
    items = tuple(item for item in (read_blocks(li, addresses) for li in node.iterchildren("li")) if item)
    return [ListBlock(items, ordered=node.tag == "ol")] if items else []


def _table(node: html.HtmlElement, addresses: Addresses) -> list[Block]:
    rows = [
        tuple(_cell(cell, addresses) for cell in row.iterchildren("td", "th"))
        for row in node.iter("tr")
        if next(row.iterancestors("table")) is node
    ]
    rows = [row for row in rows if any(row)]
    width = max(map(len, rows), default=0)
    if width * len(rows) > MAX_CELLS:
        raise HostileError(f"a table of the page has over {MAX_CELLS} cells")
    return [Table(tuple(row + ((),) * (width - len(row)) for row in rows))] if rows else []


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
