"""Blocks → Markdown that every CommonMark renderer shows as meant. Pure.

Rules: https://spec.commonmark.org/0.31.2/ (emphasis: section 6.2) and GitHub's extensions. Text is
escaped where a character could mean markup (`escape`); the only HTML written is ``<strong>``, ``<em>``, ``<br>``
and ``<span>`` without attributes, and only where Markdown has no way.
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import groupby

from newsmirror.escape import AUTOLINK, destination, escape, escape_alt, guard_heading, guard_start
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


def render_blocks(blocks: tuple[Block, ...], *, words: dict[str, str], top: int = 2) -> list[str]:
    """Each block as Markdown without a final line end; *top* is the level of the highest sub-head.

    *words* are what readers see around blocks: ``video``, ``audio``, ``post``, ``members``, ``picture``.
    """
    parts: list[str] = []
    previous: Block | None = None
    for block in blocks:
        if isinstance(block, ListBlock) and isinstance(previous, ListBlock):
            parts.append("<!-- -->")  # two lists in a row would become one
        parts.append(_block(block, words, top))
        previous = block
    return parts


def _block(block: Block, words: dict[str, str], top: int) -> str:
    match block:
        case Heading(spans, level):
            return f"{'#' * min(6, top + level - 1)} {_heading_text(spans)}"
        case Paragraph(spans):
            return render_lines(spans)
        case Picture():
            return _picture(block, words)
        case ListBlock():
            return _list(block, words, top)
        case Table():
            return _table(block)
        case Quote(inner):
            text = "\n\n".join(render_blocks(inner, words=words, top=top))
            return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))
        case Embed(url, media):
            return f"[{words[media]}]({destination(url)})"
        case MembersOnly():
            return f"*{words['members']}*"


def _heading_text(spans: Spans) -> str:
    return guard_heading(render_inline(tuple(s if s is not BREAK else Span(" ") for s in spans)))


def _picture(block: Picture, words: dict[str, str]) -> str:
    image = f"![{escape_alt(block.alt or words['picture'])}]({destination(block.src)})"
    return f"{image}\n\n{render_lines(block.caption)}" if block.caption else image


def _list(block: ListBlock, words: dict[str, str], top: int) -> str:
    items = []
    for number, item in enumerate(block.items, 1):
        mark = f"{number}. " if block.ordered else "- "
        text = "\n\n".join(render_blocks(item, words=words, top=top))
        items.append(mark + text.replace("\n", "\n" + " " * len(mark)))
    joint = "\n" if all(len(item) == 1 for item in block.items) else "\n\n"
    return re.sub(r"(?m)(?<! ) +$", "", joint.join(items))


def _table(block: Table) -> str:
    rows = ["| " + " | ".join(render_inline(cell, line_break="<br>") for cell in row) + " |" for row in block.rows]
    return "\n".join([rows[0], "|" + " --- |" * len(block.rows[0]), *rows[1:]])


def render_lines(spans: Spans) -> str:
    """A paragraph: one line, or one a line of verse with a backslash before each break."""
    lines = [list(group) for is_break, group in groupby(spans, lambda s: s is BREAK or s.text == "\n") if not is_break]
    return "\\\n".join(guard_start(render_inline(tuple(line))) for line in lines)


def render_inline(spans: Spans, *, line_break: str = " ", urls: bool = True) -> str:
    """Spans as one line of Markdown: links outside, bold inside of them. *urls*: bare addresses become links."""
    out = ""
    pieces = list(_runs(spans, line_break, urls))
    for index, (kind, text, run) in enumerate(pieces):
        if kind != "styled":
            out += text
            continue
        following = pieces[index + 1][1][:1] if index + 1 < len(pieces) else ""
        out += _styled(text, run, out[-1:], following)
    return out


def _runs(spans: Spans, line_break: str, urls: bool) -> Iterator[tuple[str, str, Span]]:
    for href, group in groupby(spans, lambda s: s.href):
        members = tuple(group)
        if href:
            inner = tuple(Span(s.text, s.strong, s.emphasis) for s in members)
            yield "link", _link(href, inner, line_break), members[0]
            continue
        for span in members:
            if span.text == "\n":
                yield "text", line_break, span
            elif span.strong or span.emphasis:
                yield "styled", escape(span.text, urls=urls), span
            else:
                yield "text", escape(span.text, urls=urls), span


def _link(href: str, inner: Spans, line_break: str) -> str:
    text = "".join(span.text for span in inner)
    plain = not any(span.strong or span.emphasis for span in inner)
    if plain and text == href and AUTOLINK.fullmatch(href):
        return f"<{href}>"
    return f"[{render_inline(inner, line_break=line_break, urls=False)}]({destination(href)})"


def _styled(text: str, span: Span, before: str, after: str) -> str:
    """Bold or italic text: with asterisks where both ends open and close them for certain, else as HTML."""
    simple = _opens(text[:1], before) and _opens(text[-1:], after) and "*" not in (before, after)
    if simple and not (span.strong and span.emphasis):
        mark = "**" if span.strong else "*"
        return f"{mark}{text}{mark}"
    if span.strong and span.emphasis:
        return f"<strong><em>{text}</em></strong>"
    return f"<strong>{text}</strong>" if span.strong else f"<em>{text}</em>"


def _opens(inside: str, outside: str) -> bool:
    """Whether a delimiter between these characters is flanking, by the old and the new reading of punctuation."""
    if inside.isspace():
        return False
    inner_mark = unicodedata.category(inside)[0] in "PS"
    outer_free = not outside or outside.isspace() or unicodedata.category(outside)[0] == "P"
    return not inner_mark or outer_free
