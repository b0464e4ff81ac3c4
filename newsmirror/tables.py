"""A table of a body → a table of text, or its cells' blocks where it only arranges them. Pure."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from lxml import html

from newsmirror.exceptions import HostileError
from newsmirror.items import (
    BREAK,
    Block,
    Embed,
    Heading,
    ListBlock,
    Paragraph,
    Picture,
    Quote,
    Span,
    Spans,
    Table,
)  # fmt: skip

MAX_CELLS = 20_000
"""One long row among many short ones would be filled up to millions of empty cells."""
MAX_SPAN = 100
"""How many columns or rows a cell may cover; the widest table of 41 measured has six columns."""
ROW_HOLDERS = {"table", "thead", "tbody", "tfoot"}

Read = Callable[[html.HtmlElement], tuple[Block, ...]]


@dataclass(frozen=True)
class _Cell:
    blocks: tuple[Block, ...]
    columns: int
    rows: int


def table_blocks(node: html.HtmlElement, read: Read) -> list[Block]:
    """A table; before it, what stands in it but in no cell. *read* gives the blocks of an element.

    A table of one column, or a small one with pictures, is there for the looks: its cells become blocks.
    """
    rows = [[_cell(cell, read) for cell in row.iterchildren("td", "th")] for row in _rows(node)]
    rows = [row for row in rows if any(cell.blocks for cell in row)]
    loose = list(_loose(node, read))
    if _is_layout(rows):
        return [*loose, *(block for row in rows for cell in row for block in cell.blocks)]
    grid = _grid(rows)
    width = max(map(len, grid))
    if width * len(grid) > MAX_CELLS:
        raise HostileError(f"a table of the page has over {MAX_CELLS} cells")
    return [*loose, Table(tuple((*row, *((),) * (width - len(row))) for row in grid))]


def _rows(node: html.HtmlElement) -> Iterator[html.HtmlElement]:
    return (row for row in node.iter("tr") if next(row.iterancestors("table")) is node)


def _cell(node: html.HtmlElement, read: Read) -> _Cell:
    return _Cell(read(node), _span(node, "colspan"), _span(node, "rowspan"))


def _span(node: html.HtmlElement, name: str) -> int:
    value = (node.get(name) or "").strip()
    return min(max(int(value), 1), MAX_SPAN) if value.isascii() and value.isdigit() and len(value) < 6 else 1


def _loose(node: html.HtmlElement, read: Read) -> Iterator[Block]:
    """The caption, and text that stands between rows or cells."""
    for part in [node, *(inner for inner in node.iter(*ROW_HOLDERS, "tr") if inner is not node)]:
        if next(part.iterancestors("table"), node) is not node:
            continue
        for text in [part.text, *(child.tail for child in part)]:
            if text and text.strip():
                yield from read(_paragraph(text))
        for child in part.iterchildren():
            if isinstance(child.tag, str) and child.tag not in {*ROW_HOLDERS, "tr", "td", "th", "colgroup", "col"}:
                yield from read(child)


def _paragraph(text: str) -> html.HtmlElement:
    element = html.Element("p")
    element.text = text
    return element


def _is_layout(rows: Sequence[Sequence[_Cell]]) -> bool:
    filled = max((sum(bool(cell.blocks) for cell in row) for row in rows), default=0)
    pictures = any(isinstance(block, Picture) for row in rows for cell in row for block in cell.blocks)
    return filled < 2 or (pictures and (filled < 3 or len(rows) < 3))


def _grid(rows: Sequence[Sequence[_Cell]]) -> list[list[Spans]]:
    """Rows of lines of text; the places that a cell covers beside or below its own are empty."""
    grid: list[list[Spans]] = []
    covered: dict[int, int] = {}
    for row in rows:
        line: list[Spans] = []
        for cell in row:
            while covered.get(len(line), 0):
                covered[len(line)] -= 1
                line.append(())
            for column in range(cell.columns):
                covered[len(line)] = cell.rows - 1
                line.append(() if column else joined(lines(cell.blocks), BREAK))
        for column, count in covered.items():
            covered[column] = count - 1 if column >= len(line) and count else count
        grid.append(line)
    return grid


def lines(blocks: Iterable[Block]) -> Iterator[Spans]:
    """The lines of blocks that must stand on one; a picture, for which a cell has no room, becomes a link."""
    for block in blocks:
        match block:
            case Paragraph(spans) | Heading(spans):
                yield spans
            case Picture(src, alt, caption):
                yield (Span(alt or "图片", href=src),)
                yield caption
            case ListBlock(items):
                yield from lines(inner for item in items for inner in item)
            case Table(rows):
                yield from (cell for row in rows for cell in row)
            case Quote(inner):
                yield from lines(inner)
            case Embed(url):
                yield (Span(url, href=url),)


def joined(parts: Iterable[Spans], joint: Span) -> Spans:
    """Lines as one run of spans, empty ones left out."""
    found: list[Span] = []
    for line in filter(None, parts):
        found += [joint, *line] if found else line
    return tuple(found)
