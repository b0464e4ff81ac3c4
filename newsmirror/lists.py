"""Which lists a change touches, and what stands on them. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from newsmirror import paths
from newsmirror.items import Row

NEWEST = 200
"""Entries on one list: hosts give up on long Markdown files."""
FRONT_ENTRIES = 30
PAGED = 3
"""A tag has a page of its own from so many articles on; a followed one from the first."""
HOT_ENTRIES = 30
USUAL_TAGS = 20
"""Tags that the front page names as used most."""
USUAL_ARTICLES = 500
"""The newest articles that these are counted in: what was used most years ago helps nobody, and would cost a count of
all."""
PART_BYTES = 200_000
"""Of a page of tags, before Markdown is made of it: names and paths. Hosts show Markdown of up to 512 KB."""
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
    """On the list of the newest: name and path of each month, newest first."""
    earlier: tuple[str, str] | None = None
    """On the list of the newest: the month with which what it does not name goes on."""
    older: tuple[str, str] | None = None
    newer: tuple[str, str] | None = None
    """On the list of a month: its neighbours among the months that have articles."""
    parts: tuple[str, ...] = ()
    by_day: bool = False
    """Whether each day has a heading, which pages link to."""


@dataclass(frozen=True, slots=True)
class TagEntry:
    """A tag as an index names it."""

    name: str
    paths: tuple[str, ...]
    """Where it leads: to its page, or to its articles where it has none, the newest first."""

    @property
    def size(self) -> int:
        """About the bytes that it takes."""
        return 2 * len(self.name.encode()) + sum(map(len, self.paths)) + 40


@dataclass(frozen=True)
class Rankings:
    """Articles in the source's own order, by id, as one run has read them; empty what it could not read."""

    most_read: tuple[int, ...] = ()
    """Of the page of what is read most."""
    leads: tuple[int, ...] = ()
    """The leads of the home page."""


@dataclass(frozen=True)
class TagPage:
    """One file of an index of tags."""

    path: str
    entries: tuple[TagEntry, ...]
    parts: tuple[str, ...]


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


def newest_list(
    subject: Subject, name: str, entries: list[Entry], months: list[str], *, is_all: bool = False
) -> Listing:
    """The list of a subject's newest articles; *months* are all of them, newest first. *is_all*: it names every one."""
    links = tuple((month, month_path(subject, month)) for month in months)
    oldest = paths.month_of(entries[-1].day) if entries and months and not is_all else None
    earlier = (oldest, month_path(subject, oldest)) if oldest else None
    return Listing(f"{subject.stem}.md", name, tuple(entries), months=links, earlier=earlier)


def month_path(subject: Subject, month: str) -> str:
    """The list of a month, or the first part of it; pages of a category's articles link to it."""
    return f"{subject.stem}/{month}.md"


def month_lists(subject: Subject, name: str, month: str, entries: list[Entry], months: list[str]) -> list[Listing]:
    """The lists of one month, oldest first in *entries*; *months* are all of the subject, newest first.

    A part is full at 200 and its entries never change then: the first holds the oldest articles.
    """
    chunks = [entries[start : start + NEWEST] for start in range(0, len(entries), NEWEST)]
    stem = f"{subject.stem}/{month}"
    files = [f"{stem}.md" if number == 1 else f"{stem}-{number}.md" for number in range(1, len(chunks) + 1)]
    newer, older = neighbours(month, months)
    return [
        Listing(
            path=path,
            title=f"{name} {month}",
            entries=tuple(reversed(chunk)),
            parent=(name, f"{subject.stem}.md"),
            older=(older, month_path(subject, older)) if older else None,
            newer=(newer, month_path(subject, newer)) if newer else None,
            parts=tuple(files),
            by_day=subject.kind == "category",
        )
        for path, chunk in zip(files, chunks, strict=True)
    ]


def neighbours(month: str, months: list[str]) -> tuple[str | None, str | None]:
    """The next and the previous of *months*, which are newest first."""
    newer = min((other for other in months if other > month), default=None)
    older = max((other for other in months if other < month), default=None)
    return newer, older


def usual_tags(rows: Iterable[Row]) -> list[str]:
    """The tags that most of these articles carry, of those that have pages of their own."""
    counts = Counter(tag for row in rows for tag in row.tags)
    found = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [tag for tag, count in found if count >= PAGED][:USUAL_TAGS]


def parted(entries: Iterable[TagEntry], least: int) -> list[list[TagEntry]]:
    """Entries as files that hosts show; at least that many, because one that was there has to stay."""
    parts: list[list[TagEntry]] = [[]]
    room = PART_BYTES
    for entry in entries:
        if entry.size > room and parts[-1]:
            parts.append([])
            room = PART_BYTES
        parts[-1].append(entry)
        room -= entry.size
    return parts + [[] for _ in range(least - len(parts))]
