"""A body's HTML → blocks of text. Pure; knows HTML, but no site."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from lxml import html

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
            found = BLOCK_READERS[tag](node, self.addresses)
            self.blocks.extend([found] if found else [])
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


def paragraphs(spans: Iterable[Span]) -> list[Paragraph]:
    """Paragraphs of an inline flow: two breaks in a row end one; empty ones are left out."""
    lines: list[list[Span]] = [[]]
    for span in spans:
        if span is BREAK:
            lines.append([])
        else:
            lines[-1].append(span)
    found: list[Paragraph] = []
    current: list[Span] = []
    for line in [*map(tidy, lines), ()]:
        if line:
            current += [BREAK, *line] if current else line
        elif current:
            found.append(Paragraph(tuple(current)))
            current = []
    return found


def tidy(line: list[Span]) -> Spans:
    """One line of spans: same styles merged, spaces folded across spans, none at the ends or inside emphasis."""
    merged: list[Span] = []
    for span in line:
        for part in _spaces_out(span):
            if merged and _style(merged[-1]) == _style(part):
                merged[-1] = replace(merged[-1], text=merged[-1].text + part.text)
            elif part.text:
                merged.append(part)
    return _single_spaces(merged)


def _style(span: Span) -> tuple[bool, bool, str | None]:
    return span.strong, span.emphasis, span.href


def _spaces_out(span: Span) -> list[Span]:
    """Spaces at the ends of a styled span stand outside of it: ``<b> x </b>`` is `` <b>x</b> ``."""
    if not any(_style(span)):
        return [span]
    core = span.text.strip(" ")
    if not core:
        return [Span(span.text)]
    start = span.text.index(core)
    return [Span(span.text[:start]), replace(span, text=core), Span(span.text[start + len(core) :])]


def _single_spaces(spans: list[Span]) -> Spans:
    found: list[Span] = []
    for span in spans:
        text = re.sub(r" {2,}", " ", span.text)
        before = found[-1].text[-1] if found else " "
        text = text.lstrip(EDGES if not found else " " if before == " " else "")
        if text and found and before == " " and text.startswith(" "):
            text = text[1:]
        if text:
            found.append(replace(span, text=text))
    while found and not found[-1].text.rstrip(EDGES):
        found.pop()
    if found:
        found[-1] = replace(found[-1], text=found[-1].text.rstrip(EDGES))
    return tuple(found)


def read_blocks(node: html.HtmlElement, addresses: Addresses) -> tuple[Block, ...]:
    """The content of an element as blocks."""
    reader = _Reader(addresses)
    reader.read(node, _Style())
    reader.flush()
    return tuple(reader.blocks)


def _one_line_of(node: html.HtmlElement, addresses: Addresses) -> Spans:
    """The text of a cell or heading as one run of spans, its paragraphs joined by breaks."""
    joined: list[Span] = []
    for block in read_blocks(node, addresses):
        if isinstance(block, Paragraph | Heading):
            joined += [BREAK, *block.spans] if joined else block.spans
    return tuple(joined)


def _heading(node: html.HtmlElement, addresses: Addresses) -> Block | None:
    spans = tuple(replace(s, strong=False) for s in _one_line_of(node, addresses) if s is not BREAK)
    return Heading(tidy(list(spans)), int(str(node.tag)[1])) if spans else None


def _list(node: html.HtmlElement, addresses: Addresses) -> Block | None:
    items = tuple(item for item in (read_blocks(li, addresses) for li in node.iterchildren("li")) if item)
    return ListBlock(items, ordered=node.tag == "ol") if items else None


def _table(node: html.HtmlElement, addresses: Addresses) -> Block | None:
    rows = [
        tuple(_one_line_of(cell, addresses) for cell in row.iterchildren("td", "th"))
        for row in node.iter("tr")
        if next(row.iterancestors("table")) is node
    ]
    rows = [row for row in rows if any(row)]
    width = max(map(len, rows), default=0)
    return Table(tuple(row + ((),) * (width - len(row)) for row in rows)) if rows else None


def _quote(node: html.HtmlElement, addresses: Addresses) -> Block | None:
    blocks = read_blocks(node, addresses)
    return Quote(blocks) if blocks else None


def _members(_node: html.HtmlElement, _addresses: Addresses) -> Block | None:
    return MembersOnly()


BLOCK_READERS: dict[str, Callable[[html.HtmlElement, Addresses], Block | None]] = {
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
