"""A table of a body → a table of text, or its cells' blocks where it only arranges them. Pure."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import deepcopy
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
ROW_HOLDERS = {"thead", "tbody", "tfoot"}

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
    rows: list[list[_Cell]] = []
    loose: list[Block] = []
    _walk(node, rows, loose, read)
    rows = [row for row in rows if any(cell.blocks for cell in row)]
    if _is_layout(rows):
        return [*loose, *(block for row in rows for cell in row for block in cell.blocks)]
    grid = _grid(rows)
    width = max(map(len, grid))
    if width * len(grid) > MAX_CELLS:
        raise HostileError(f"a table of the page has over {MAX_CELLS} cells")
    return [*loose, Table(tuple((*row, *((),) * (width - len(row))) for row in grid))]


def _walk(node: html.HtmlElement, rows: list[list[_Cell]], loose: list[Block], read: Read) -> None:
    """Sort what a table holds: each piece of it stands in one cell or among what is loose."""
    loose += read(holder(node.text))
    for child in node:
        if child.tag in ("td", "th"):
            if node.tag != "tr":
                rows.append([])
            rows[-1].append(_Cell(read(child), _span(child, "colspan"), _span(child, "rowspan")))
        elif child.tag == "tr" or child.tag in ROW_HOLDERS:
            if child.tag == "tr":
                rows.append([])
            _walk(child, rows, loose, read)
        elif isinstance(child.tag, str):
            loose += read(holder(child))
        loose += read(holder(child.tail))


def holder(content: str | html.HtmlElement | None) -> html.HtmlElement:
    """A parent for text, or for a copy of an element without the text behind it."""
    holder = html.Element("div")
    if isinstance(content, str):
        holder.text = content
    elif content is not None:
        holder.append(deepcopy(content))
        holder[0].tail = None
    return holder


def _span(node: html.HtmlElement, name: str) -> int:
    value = (node.get(name) or "").strip()
    return min(max(int(value), 1), MAX_SPAN) if value.isascii() and value.isdigit() and len(value) < 6 else 1


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
