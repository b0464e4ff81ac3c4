"""Blocks → XHTML that is good HTML5 as well: what feeds, editions and e-readers are given. Pure.

Only elements and attributes that stand in this module are written, and all text of articles is escaped.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from newsmirror.escape import BARE_URL
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
)  # fmt: skip

ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, not even escaped."""
LINK = re.compile(r"(?i)(?:https?://|mailto:)")


@dataclass(frozen=True, slots=True)
class Image:
    """A picture as a document refers to it, with its size in pixels."""

    src: str
    width: int
    height: int


Find = Callable[[str], Image | None]
"""Gives the image that stands for a picture's address; None: caption and link stand for it."""


def escape(text: str) -> str:
    """Text for an element or a quoted attribute."""
    text = ILLEGAL.sub("\ufffd", text).replace("&", "&amp;").replace("<", "&lt;")
    return text.replace(">", "&gt;").replace('"', "&quot;")


def render_xhtml(blocks: tuple[Block, ...], *, words: Mapping[str, str], find: Find, top: int = 2) -> str:
    """Blocks as elements, one a line; *words* as for `markdown.render_blocks`, *top* is the level of sub-heads."""
    return "\n".join(_Writer(words, find, top).write(blocks))


@dataclass(frozen=True)
class _Writer:
    words: Mapping[str, str]
    find: Find
    top: int

    def write(self, blocks: tuple[Block, ...]) -> Iterator[str]:
        for block in blocks:
            yield self.block(block)

    def block(self, block: Block) -> str:
        match block:
            case Paragraph(spans):
                return f"<p>{inline(spans)}</p>"
            case Heading(spans, level):
                name = f"h{min(6, self.top + level - 1)}"
                return f"<{name}>{inline(spans)}</{name}>"
            case Picture():
                return self.picture(block)
            case ListBlock(items, ordered):
                name = "ol" if ordered else "ul"
                return f"<{name}>{''.join(map(self.item, items))}</{name}>"
            case Table(rows):
                return f"<table>{_row(rows[0], 'th')}{''.join(_row(row, 'td') for row in rows[1:])}</table>"
            case Quote(inner):
                return "<blockquote>" + "\n".join(self.write(inner)) + "</blockquote>"
            case Embed(url, media):
                return f"<p>{_link(url, escape(self.words[media]))}</p>"
            case MembersOnly():
                return f"<p><em>{escape(self.words['members'])}</em></p>"

    def picture(self, picture: Picture) -> str:
        caption = inline(picture.caption)
        image = self.find(picture.src)
        if image is None:
            link = _link(picture.src, escape(picture.alt or self.words["picture"]))
            return f"<p>{link}<br/>{caption}</p>" if caption else f"<p>{link}</p>"
        size = f'width="{image.width}" height="{image.height}"'
        tag = f'<img src="{escape(image.src)}" alt="{escape(picture.alt or self.words["picture"])}" {size}/>'
        return f"<figure>{tag}<figcaption>{caption}</figcaption></figure>" if caption else f"<figure>{tag}</figure>"

    def item(self, blocks: tuple[Block, ...]) -> str:
        match blocks:
            case (Paragraph(spans),):
                return f"<li>{inline(spans)}</li>"
            case _:
                return f"<li>{''.join(self.write(blocks))}</li>"


def _row(cells: tuple[Spans, ...], name: str) -> str:
    return "<tr>" + "".join(f"<{name}>{inline(cell)}</{name}>" for cell in cells) + "</tr>"


def inline(spans: Spans) -> str:
    """Spans as the content of an element: links outside, bold inside of them; bare addresses become links."""
    out = []
    for href, group in groupby(spans, lambda span: span.href):
        if href and LINK.match(href):
            out.append(_link(href, "".join(_styled(span, escape(span.text)) for span in group)))
        else:
            out += [_styled(span, _autolinked(span.text)) for span in group]
    return "".join(out)


def _link(href: str, content: str) -> str:
    return f'<a href="{escape(href)}">{content}</a>' if LINK.match(href) else content


def _styled(span: Span, content: str) -> str:
    if span.text == BREAK.text:
        return "<br/>"
    content = f"<em>{content}</em>" if span.emphasis else content
    return f"<strong>{content}</strong>" if span.strong else content


def _autolinked(text: str) -> str:
    out, position = [], 0
    for match in BARE_URL.finditer(text):
        out += [escape(text[position : match.start()]), _link(match[0], escape(match[0]))]
        position = match.end()
    return "".join([*out, escape(text[position:])])
