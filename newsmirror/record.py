"""The clean article as a file of the tree: everything that pages, feeds and editions are made from. Pure.

A record stands at ``data/2021/12/17/992542.md`` and holds what the article's line of ``data/`` does not:

    ~~~ newsmirror 1
    {"source":"…","rights":"…"}

    A paragraph of plain text.

    ["A paragraph with ",["bold",{"strong":true}]," text."]

    {"kind":"picture","src":"https://…"}
    ~~~

The first line is JSON, then each block follows: plain text as it is, all else as JSON. Text therefore stands
as it stands on the page, and git stores a record as its page's difference (docs/architecture.md has the
figures). Only a name with the same end lets git find that pair when it packs anew, so the file is called
``.md``; the fence makes hosts show it as it is, whatever the text says. Fields that a reader of this format
does not know are left alone.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from newsmirror import paths
from newsmirror.items import (
    BEIJING,
    BREAK,
    Article,
    Block,
    Embed,
    Heading,
    ListBlock,
    MembersOnly,
    OutputFile,
    Paragraph,
    Picture,
    Quote,
    Row,
    Span,
    Spans,
    Table,
)  # fmt: skip

VERSION = 1
HEAD = re.compile(r"^(?P<fence>~{3,}) newsmirror (?P<version>\d+)$")
PLAIN = re.compile(r"[^\s\[\{\"\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]*(?<!\s)")
"""Text that can stand as it is: one line, without edges that editors strip, and nothing like JSON."""
ROW_FIELDS = {"id", "url", "title", "category", "tags", "date_only"}
"""What the article's line of ``data/`` holds already; the time as well, where it is to the second and in UTC+8."""
KINDS: dict[str, type[Block]] = {
    "paragraph": Paragraph, "heading": Heading, "picture": Picture, "list": ListBlock, "table": Table,
    "quote": Quote, "embed": Embed, "members_only": MembersOnly,
}  # fmt: skip


@dataclass(frozen=True)
class Record:
    """An article, and what is known of it besides its content."""

    article: Article
    notes: Mapping[str, Any] = field(default_factory=dict)
    """Plain JSON by name, no part of the digest: when it was updated, where its pictures are, …"""


def record_file(record: Record) -> OutputFile:
    """The file of a record; equal records give equal bytes."""
    return OutputFile(paths.record_path(record.article), encode(record))


def encode(record: Record) -> bytes:
    """The content of a record's file."""
    article = record.article
    head = {name: value for name, value in _changed(article).items() if name not in {*ROW_FIELDS, "blocks"}}
    if _in_beijing(article.published).isoformat() == article.published.isoformat():
        del head["published"]
    if record.notes:
        head["notes"] = record.notes
    parts = [_json(head), *map(_block_line, article.blocks)]
    text = "\n\n".join(parts)
    fence = "~" * max(3, 1 + max(map(len, re.findall("~+", text)), default=0))
    return f"{fence} newsmirror {VERSION}\n{text}\n{fence}\n".encode()


def decode(content: bytes, row: Row) -> Record:
    """The record in a file, put together with the article's line of ``data/``.

    Raises ValueError where the content is no record, or not of this article: the digest says it.
    """
    try:
        head, blocks = _split(content.decode())
        article = _article(head, blocks, row)
        digest = article.digest()
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"it is no record of an article ({error})") from error
    if digest != row.digest:
        raise ValueError("it is not the record of what the line in data/ names")
    notes = head.get("notes")
    return Record(article, notes if isinstance(notes, dict) else {})


def _article(head: dict[str, Any], blocks: list[str], row: Row) -> Article:
    known = {item.name for item in fields(Article)} - ROW_FIELDS
    values = {name: _value(value) for name, value in head.items() if name in known}
    time = head.get("published")
    values["published"] = datetime.fromisoformat(time) if time else _in_beijing(row.published)
    values |= {name: getattr(row, name) for name in ROW_FIELDS}
    return Article(blocks=tuple(map(_read_line, blocks)), **values)


def _split(text: str) -> tuple[dict[str, Any], list[str]]:
    first, _, rest = text.partition("\n")
    match = HEAD.match(first)
    if not match or int(match["version"]) > VERSION or not rest.endswith(f"\n{match['fence']}\n"):
        raise ValueError(f"no version up to {VERSION}")
    head, *blocks = rest.removesuffix(f"\n{match['fence']}\n").split("\n\n")
    return json.loads(head), blocks


def _in_beijing(time: datetime) -> datetime:
    """A time as it comes back from a line of ``data/``, which holds seconds and no zone."""
    return time.astimezone(BEIJING).replace(microsecond=0)


# Blocks → lines, and back


def _block_line(block: Block) -> str:
    packed = _pack(block)
    return packed if isinstance(packed, str) and PLAIN.fullmatch(packed) else _json(packed)


def _read_line(line: str) -> Block:
    return _read_block(json.loads(line) if line[:1] in '["{' else line)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_pack)


def _changed(item: Any) -> dict[str, Any]:
    """The fields of a dataclass that are not what they are by default."""
    return {part.name: value for part in fields(item) if (value := getattr(item, part.name)) != part.default}


def _pack(value: Any) -> Any:
    """A value of an article as JSON has it: a paragraph as its spans, a plain span as its text."""
    match value:
        case Paragraph(spans):
            return _pack(spans[0]) if len(spans) == 1 and spans[0] == Span(spans[0].text) else _pack(spans)
        case Span(text):
            style = {name: value for name, value in _changed(value).items() if name != "text"}
            return [text, style] if style else text
        case tuple():
            return [_pack(part) for part in value]
        case datetime():
            return value.isoformat()
        case str() | int() | float() | None:
            return value
        case _:
            return {"kind": value.kind} | {name: _pack(part) for name, part in _changed(value).items()}


def _read_block(value: Any) -> Block:
    if isinstance(value, str):
        return Paragraph(_read_spans([value]))
    if isinstance(value, list):
        return Paragraph(_read_spans(value))
    kind: Any = KINDS[value["kind"]]
    known = {item.name for item in fields(kind)} - {"kind"}
    found: Block = kind(**{name: READERS.get(name, _value)(part) for name, part in value.items() if name in known})
    return found


def _read_spans(value: list[Any]) -> Spans:
    return tuple(BREAK if part == BREAK.text else _read_span(part) for part in value)


def _read_span(value: Any) -> Span:
    text, style = (value, {}) if isinstance(value, str) else value
    known = {item.name for item in fields(Span)}
    return Span(text, **{name: part for name, part in style.items() if name in known})


def _value(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


READERS: dict[str, Callable[[Any], Any]] = {
    "spans": _read_spans,
    "caption": _read_spans,
    "blocks": lambda value: tuple(map(_read_block, value)),
    "items": lambda value: tuple(tuple(map(_read_block, item)) for item in value),
    "rows": lambda value: tuple(tuple(map(_read_spans, row)) for row in value),
}
"""How the fields of blocks are read that hold spans or blocks themselves."""
