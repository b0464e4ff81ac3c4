"""What travels from step to step: the article as scraped, as cleaned, and as a page.

All types are frozen and hold tuples, so that no step can change what another one has seen, and so that
two articles with the same content are equal and have the same digest.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache, cached_property
from typing import Any, Literal

from newsmirror.marks import NO_MARKS, Marks

BEIJING = timezone(timedelta(hours=8))
"""The zone of the source's dates; China has had no summer time since 1991."""


def stamp(time: datetime) -> str:
    """An aware time in UTC, to the second, as Atom, EPUB and our JSON have it: ``2026-11-23T01:14:00Z``."""
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text in one style. A line break is a span whose text is ``"\\n"`` and nothing else."""

    text: str
    strong: bool = False
    emphasis: bool = False
    href: str | None = None
    """Absolute http, https or mailto address, None for plain text."""


Spans = tuple[Span, ...]
BREAK = Span("\n")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; verse is a paragraph with breaks."""

    spans: Spans
    kind: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True, slots=True)
class Heading:
    """A sub-head of the body. *level* counts from 1 within the article."""

    spans: Spans
    level: int = 1
    kind: Literal["heading"] = "heading"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture with the caption that stood with it (empty where there was none)."""

    src: str
    """Absolute https address at the source."""
    alt: str = ""
    caption: Spans = ()
    kind: Literal["picture"] = "picture"


@dataclass(frozen=True, slots=True)
class ListBlock:
    """A bulleted or numbered list; an item is a tuple of blocks."""

    items: tuple[tuple["Block", ...], ...]
    ordered: bool = False
    kind: Literal["list"] = "list"


@dataclass(frozen=True, slots=True)
class Table:
    """A table: rows of cells, all rows equally long; the first row is the head."""

    rows: tuple[tuple[Spans, ...], ...]
    kind: Literal["table"] = "table"


@dataclass(frozen=True, slots=True)
class Quote:
    """A quotation or an embedded post whose text the page carries."""

    blocks: tuple["Block", ...]
    kind: Literal["quote"] = "quote"


@dataclass(frozen=True, slots=True)
class Embed:
    """A player or post that cannot be mirrored: a link to where it can be seen."""

    url: str
    media: Literal["video", "audio", "post"] = "video"
    kind: Literal["embed"] = "embed"


@dataclass(frozen=True, slots=True)
class MembersOnly:
    """Stands where the part for paying members was left out."""

    kind: Literal["members_only"] = "members_only"


Block = Paragraph | Heading | Picture | ListBlock | Table | Quote | Embed | MembersOnly


@dataclass(frozen=True)
class ScrapedArticle:
    """An article as extracted: fields read, body still the source's HTML."""

    id: int
    url: str
    """Canonical address (https, www., gb)."""
    title: str
    """One line, without the site's name."""
    published: datetime | None
    """Aware, in the source's zone, to the minute; None where no date was found."""
    date_only: bool
    """Whether only the day of *published* is known (it came from the address)."""
    category: str | None
    """Key of a category of the site (``p1``), None where nothing said it."""
    body_html: str = field(repr=False)
    layout: str = ""
    authors: tuple[str, ...] = ()
    source: str | None = None
    editor: str | None = None
    short_url: str | None = None
    tags: tuple[str, ...] = ()
    rights: str | None = None


@dataclass(frozen=True)
class Article:
    """An article as its author wrote it; what pages, lists and exports are made from."""

    id: int
    url: str
    title: str
    published: datetime
    date_only: bool
    category: str | None
    blocks: tuple[Block, ...] = field(repr=False)
    authors: tuple[str, ...] = ()
    source: str | None = None
    editor: str | None = None
    short_url: str | None = None
    tags: tuple[str, ...] = ()
    rights: str | None = None

    def digest(self) -> str:
        """SHA-256 of the article's content as 64 hex digits; equal for equal articles on every machine."""
        return self._digest

    @cached_property
    def _digest(self) -> str:
        data = json.dumps(self, ensure_ascii=False, sort_keys=True, default=_plain)
        return hashlib.sha256(data.encode()).hexdigest()


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _plain(value: Any) -> Any:
    """What JSON has for a time or for one of our types, one level deep: `asdict` would copy every text."""
    if isinstance(value, datetime):
        return value.isoformat()
    return {name: getattr(value, name) for name in _names(value.__class__)}


@dataclass(frozen=True)
class OutputFile:
    """One file of the published tree: *path* is relative and uses ``/``."""

    path: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """Where a picture of the source stands in the published tree."""

    src: str
    """The address that `Picture` has."""
    path: str
    """``images/1f/1f0c….webp``"""


@dataclass(frozen=True)
class Page:
    """An article on its way to disk; the pipelines fill in what follows *path*."""

    article: Article
    path: str
    address: str
    """What the QR code holds: the page's public address, the source's where none is known."""
    markdown: str = field(default="", repr=False)
    qr: bytes = field(default=b"", repr=False)
    pictures: tuple[StoredPicture, ...] = ()
    """All of the article's pictures that are in the tree, sorted by their address."""
    picture_files: tuple[OutputFile, ...] = field(default=(), repr=False)
    """Those of them that are new to the tree."""
    marks: Marks = NO_MARKS

    def files(self) -> tuple[OutputFile, ...]:
        """The page, its QR code and its new pictures as files."""
        page, code = OutputFile(self.path, self.markdown.encode()), OutputFile(f"{self.path}.png", self.qr)
        return page, code, *self.picture_files


@dataclass(frozen=True, slots=True)
class Row:
    """What lists and state know of a published article: one line of ``data/``."""

    id: int
    url: str
    path: str
    title: str
    category: str | None
    tags: tuple[str, ...]
    published: datetime
    date_only: bool
    digest: str

    @classmethod
    def of(cls, page: Page) -> "Row":
        article = page.article
        return cls(
            id=article.id, url=article.url, path=page.path, title=article.title, category=article.category,
            tags=article.tags, published=article.published.astimezone(UTC), date_only=article.date_only,
            digest=article.digest(),
        )  # fmt: skip

    @property
    def day(self) -> date:
        """The day of publication as the source counts it (UTC+8)."""
        return self.published.astimezone(BEIJING).date()

    def to_json(self) -> str:
        """The line of ``data/``: JSON with sorted keys, times in UTC, no line end."""
        record = asdict(self) | {"published": stamp(self.published)}
        return json.dumps(record, ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, line: str) -> "Row":
        """Read a line of ``data/``, which anybody may have written. Raises ValueError where it is not one."""
        try:
            record: dict[str, Any] = json.loads(line)
            row = cls(
                id=int(record["id"]), url=str(record["url"]), path=str(record["path"]), title=str(record["title"]),
                category=record["category"], tags=tuple(record["tags"]),
                published=datetime.fromisoformat(record["published"]), date_only=bool(record["date_only"]),
                digest=str(record["digest"]),
            )  # fmt: skip
            row._check()
        except (KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            raise ValueError("no article's line of data/") from error
        return row

    def _check(self) -> None:
        """Raises ValueError, TypeError or OverflowError for what neither the state nor a file name could hold."""
        "".join((self.url, self.path, self.title, self.category or "", *self.tags)).encode()
        if not 0 < self.id < 2**63 or self.published.tzinfo is None:
            raise ValueError("no article's line of data/")
        _ = self.day  # year 1 and year 9999 end within a day of UTC


def plain_text(spans: Spans) -> str:
    """The text of spans without their styles."""
    return "".join(span.text for span in spans)


def block_lines(blocks: tuple[Block, ...]) -> Iterator[str]:
    """The text of blocks, one string a paragraph, cell or caption, in reading order."""
    for block in blocks:
        match block:
            case Paragraph(spans) | Heading(spans) | Picture(caption=spans):
                yield plain_text(spans)
            case ListBlock(items):
                for item in items:
                    yield from block_lines(item)
            case Table(rows):
                for row in rows:
                    yield from map(plain_text, row)
            case Quote(inner):
                yield from block_lines(inner)
            case Embed() | MembersOnly():
                pass


def letters(blocks: tuple[Block, ...]) -> str:
    """The text of blocks without white space."""
    return "".join("".join(line.split()) for line in block_lines(blocks))
