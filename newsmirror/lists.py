"""Which lists a change touches, and what stands on them. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from newsmirror import paths
from newsmirror.items import Row

NEWEST = 200
"""Entries on one list: hosts give up on long Markdown files."""
FRONT_ENTRIES = 30
OTHER = "other"
"""Key of the list of articles whose category nothing said."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a list is about: a category (its key) or a tag (its name)."""

    kind: str
    """``category`` or ``tag``."""
    key: str

    @property
    def stem(self) -> str:
        return paths.category_stem(self.key) if self.kind == "category" else paths.tag_stem(self.key)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list."""

    day: date
    title: str
    path: str
    category: str | None = None

    @classmethod
    def of(cls, row: Row, category: str | None = None) -> "Entry":
        return cls(row.day, row.title, row.path, category)


@dataclass(frozen=True)
class Listing:
    """One file of lists."""

    path: str
    title: str
    entries: tuple[Entry, ...]
    parent: tuple[str, str] | None = None
    """Name and path of the list this one belongs to."""
    months: tuple[tuple[str, str], ...] = ()
    parts: tuple[str, ...] = ()


def touched(rows: Iterable[Row]) -> dict[Subject, set[str]]:
    """The subjects whose lists hold these rows, each with the months concerned (``2021-12``)."""
    found: dict[Subject, set[str]] = defaultdict(set)
    for row in rows:
        for subject in subjects(row):
            found[subject].add(paths.month_of(row.day))
    return dict(found)


def subjects(row: Row) -> list[Subject]:
    """The category and the tags of an article."""
    return [Subject("category", row.category or OTHER), *(Subject("tag", tag) for tag in row.tags)]


def newest_list(subject: Subject, name: str, rows: list[Row], months: list[str]) -> Listing:
    """The list of a subject's newest articles; *months* are all of them, newest first."""
    links = tuple((month, f"{subject.stem}/{month}.md") for month in months)
    return Listing(f"{subject.stem}.md", name, tuple(map(Entry.of, rows)), months=links)


def month_lists(subject: Subject, name: str, month: str, rows: list[Row]) -> list[Listing]:
    """The lists of one month, oldest rows first in *rows*.

    A part is full at 200 and never changes then: the first holds the oldest articles.
    """
    chunks = [rows[start : start + NEWEST] for start in range(0, len(rows), NEWEST)]
    stem = f"{subject.stem}/{month}"
    files = [f"{stem}.md" if number == 1 else f"{stem}-{number}.md" for number in range(1, len(chunks) + 1)]
    return [
        Listing(
            path=path,
            title=f"{name} {month}",
            entries=tuple(Entry.of(row) for row in reversed(chunk)),
            parent=(name, f"{subject.stem}.md"),
            parts=tuple(files),
        )
        for path, chunk in zip(files, chunks, strict=True)
    ]
