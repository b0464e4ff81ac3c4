"""The published articles in the state: what lists are made from. With `store`, which opens it, the user of SQLite.

Built so that a million articles fit and that each question costs what it answers: rows are compact, and every query
that a run asks walks an index. A month (202112) and a time (seconds since 1970) are numbers.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta

from newsmirror.forms import SCHEMA as FORMS
from newsmirror.forms import Forms
from newsmirror.items import BEIJING, Row
from newsmirror.lists import OTHER, Entry, Subject

SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE articles (
    id INTEGER PRIMARY KEY, category TEXT NOT NULL, month INTEGER NOT NULL, published INTEGER NOT NULL,
    date_only INTEGER NOT NULL, title TEXT NOT NULL, digest BLOB NOT NULL, tags TEXT,
    url INTEGER NOT NULL, path INTEGER NOT NULL);
CREATE INDEX articles_category ON articles (category, month, published);
CREATE INDEX articles_published ON articles (published);
CREATE TABLE tags (
    tag TEXT NOT NULL, month INTEGER NOT NULL, published INTEGER NOT NULL, id INTEGER NOT NULL,
    PRIMARY KEY (tag, month, published, id)) WITHOUT ROWID;
"""
COLUMNS = "a.id, a.category, a.published, a.date_only, a.title, a.digest, a.tags, a.url, a.path"
NEWEST_FIRST = "ORDER BY month DESC, published DESC, id DESC"
LAST = "\U0010ffff"
"""Sorts behind all that a tag can go on with."""
TAGS_BETWEEN = """
WITH RECURSIVE names (tag) AS (
    SELECT MIN(tag) FROM tags WHERE tag >= :start AND tag < :end
    UNION ALL SELECT (SELECT MIN(tag) FROM tags WHERE tag > names.tag AND tag < :end) FROM names WHERE tag IS NOT NULL)
SELECT n.tag, a.id, a.published, a.path FROM names n
LEFT JOIN tags t ON t.tag = n.tag AND NOT EXISTS (SELECT 1 FROM tags WHERE tag = n.tag LIMIT 1 OFFSET :enough)
LEFT JOIN articles a ON a.id = t.id
WHERE n.tag IS NOT NULL ORDER BY n.tag, t.published DESC, t.id DESC
"""
"""Names one jump each; only rare ones are looked at further."""
TAGS_COUNTED = """
WITH RECURSIVE names (tag) AS (
    SELECT MIN(tag) FROM tags WHERE tag >= :start AND tag < :end
    UNION ALL SELECT (SELECT MIN(tag) FROM tags WHERE tag > names.tag AND tag < :end) FROM names WHERE tag IS NOT NULL
    LIMIT :most)
SELECT COUNT(tag) FROM names
"""
MEMORY = 64 * 1024
"""KB that SQLite may keep in memory while it takes in a whole archive."""
VERSION = 2
"""Of the schema; a state of another version forgets its articles, and they are read anew from the tree."""


class Catalog:
    """The articles of an open database; `Store` is the whole state."""

    _db: sqlite3.Connection
    _forms: Forms

    def _make_tables(self) -> None:
        self._forms = Forms(self._db)
        if self._db.execute("PRAGMA user_version").fetchone()[0] == VERSION:
            return
        drop = "".join(f"DROP TABLE IF EXISTS {table};" for table in ("articles", "tags", "forms", "meta"))
        self._db.executescript(f"BEGIN;{drop}{FORMS}{SCHEMA}PRAGMA user_version = {VERSION};COMMIT;")

    # Changes

    def put(self, rows: Iterable[Row]) -> None:
        """Record articles as published; an article known before is replaced, and its failures are forgotten."""
        for row in rows:
            if old := self.get(row.id):
                self._remove(old)
            self._insert(row)
            self._db.execute("DELETE FROM failures WHERE url = ?", (row.url,))

    def move(self, row: Row, path: str) -> None:
        """Record that the page of a published article stands at *path* from now on."""
        self._db.execute("UPDATE articles SET path = ? WHERE id = ?", (self._forms.number(path, row), row.id))

    def _insert(self, row: Row) -> None:
        month, published = _month_of(row.day), int(row.published.timestamp())
        self._db.execute(
            "INSERT OR REPLACE INTO articles VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                row.id, row.category or OTHER, month, published, row.date_only, row.title, _packed(row.digest),
                json.dumps(row.tags, ensure_ascii=False) if row.tags else None,
                self._forms.number(row.url, row), self._forms.number(row.path, row),
            ),
        )  # fmt: skip
        entries = [(tag, month, published, row.id) for tag in row.tags]
        self._db.executemany("INSERT OR IGNORE INTO tags VALUES (?, ?, ?, ?)", entries)

    def _remove(self, row: Row) -> None:
        entries = [(tag, _month_of(row.day), int(row.published.timestamp()), row.id) for tag in row.tags]
        self._db.executemany("DELETE FROM tags WHERE tag = ? AND month = ? AND published = ? AND id = ?", entries)
        self._db.execute("DELETE FROM articles WHERE id = ?", (row.id,))

    def forget_days(self, days: Iterable[str]) -> None:
        """Forget the articles of these days (``2021-12-17``, UTC+8)."""
        for day in days:
            for row in self.day(day):
                self._remove(row)

    def _replace_all(self, rows: Iterable[Row]) -> None:
        """Forget all articles and know these; memory stays small whatever their number."""
        self._db.execute(f"PRAGMA cache_size = -{MEMORY}")
        self._db.execute("DELETE FROM articles")
        self._db.execute("DELETE FROM tags")
        for row in rows:
            self._insert(row)

    # Questions

    def get(self, identifier: int) -> Row | None:
        """The published article with this id."""
        return next(self._rows("FROM articles a WHERE id = ?", identifier), None)

    def knows(self, identifier: int) -> bool:
        return bool(self._db.execute("SELECT 1 FROM articles WHERE id = ?", (identifier,)).fetchone())

    def count(self) -> int:
        return int(self._db.execute("SELECT COUNT(*) FROM articles").fetchone()[0])

    def newest(self, subject: Subject | None, limit: int) -> list[Row]:
        """The newest articles of a subject, or of all, newest first."""
        if subject is None:
            return list(self._rows("FROM articles a ORDER BY published DESC, id DESC LIMIT ?", limit))
        return list(self._rows(_newest_of(subject), subject.key, limit))

    def newest_entries(self, subject: Subject, limit: int) -> list[Entry]:
        """The same as lists name them."""
        return self._entries(_newest_of(subject), subject.key, limit)

    def month(self, subject: Subject, month: str) -> list[Entry]:
        """A subject's articles of a month (``2021-12``), oldest first, as lists name them."""
        order = "ORDER BY published, id"
        number = int(month.replace("-", ""))
        return self._entries(f"{_of(subject)} AND month = ?) USING (id) {order}", subject.key, number)

    def months(self, subject: Subject) -> list[str]:
        """The months of a subject, newest first."""
        table, key = _table(subject)
        query = f"SELECT MAX(month) FROM {table} WHERE {key} = :subject"
        step = (
            f"SELECT (SELECT MAX(month) FROM {table} WHERE {key} = :subject AND month < found) FROM months WHERE found"
        )
        found = self._db.execute(
            f"WITH RECURSIVE months (found) AS ({query} UNION ALL {step}) SELECT found FROM months WHERE found",
            {"subject": subject.key},
        )
        return [f"{number // 100}-{number % 100:02}" for (number,) in found]

    def has_over(self, subject: Subject, number: int) -> bool:
        """Whether a subject has more than that many articles."""
        table, key = _table(subject)
        query = f"SELECT 1 FROM {table} WHERE {key} = ? LIMIT 1 OFFSET ?"
        return bool(self._db.execute(query, (subject.key, number)).fetchone())

    def day(self, day: str) -> list[Row]:
        """All articles of a day (``2021-12-17``, UTC+8), by id."""
        start = datetime.fromisoformat(day).replace(tzinfo=BEIJING)
        bounds = int(start.timestamp()), int((start + timedelta(days=1)).timestamp())
        return list(self._rows("FROM articles a WHERE published >= ? AND published < ? ORDER BY id", *bounds))

    def categories(self) -> set[str]:
        """Keys of the categories that have articles."""
        return set(self._distinct("articles", "category"))

    def has_tag(self, tag: str) -> bool:
        return self.has_over(Subject("tag", tag), 0)

    def tags_between(self, start: str, end: str, enough: int) -> dict[str, list[str]]:
        """The tags from *start* up to, without, *end* in the order of code points, each with the paths of its
        articles, newest first; with none where it has *enough* articles."""
        found: dict[str, list[str]] = {}
        bounds = {"start": start, "end": end, "enough": enough - 1}
        for tag, identifier, published, path in self._db.execute(TAGS_BETWEEN, bounds):
            paths = found.setdefault(tag, [])
            if identifier is not None:
                paths.append(self._forms.text(path, identifier, published))
        return found

    def next_tag(self, start: str, end: str) -> str | None:
        """The first tag from *start* up to, without, *end*."""
        found = self._db.execute("SELECT MIN(tag) FROM tags WHERE tag >= ? AND tag < ?", (start, end)).fetchone()[0]
        return None if found is None else str(found)

    def has_tags_over(self, start: str, end: str, number: int) -> bool:
        """Whether there are more than that many tags from *start* up to, without, *end*."""
        bounds = {"start": start, "end": end, "most": number + 1}
        return int(self._db.execute(TAGS_COUNTED, bounds).fetchone()[0]) > number

    def first_characters(self) -> Iterator[str]:
        """What tags begin with, in the order of code points, one jump each."""
        found = self._db.execute("SELECT MIN(tag) FROM tags").fetchone()[0]
        while found:
            yield found[0]
            found = self._db.execute("SELECT MIN(tag) FROM tags WHERE tag > ?", (found[0] + LAST,)).fetchone()[0]

    # All there is, for what is made anew as a whole; each walks through the archive without holding it

    def rows(self) -> Iterator[Row]:
        """All articles by time, the oldest first."""
        return self._rows("FROM articles a ORDER BY published, id")

    def subjects(self) -> Iterator[Subject]:
        """Every category and tag that has articles."""
        for key in self._distinct("articles", "category"):
            yield Subject("category", key)
        for key in self._distinct("tags", "tag"):
            yield Subject("tag", key)

    def days(self) -> Iterator[date]:
        """The days that have articles, in order."""
        found = self._next_time(-(2**62))
        while found is not None:
            day = datetime.fromtimestamp(found, BEIJING).date()
            yield day
            after = datetime(day.year, day.month, day.day, tzinfo=BEIJING) + timedelta(days=1)
            found = self._next_time(int(after.timestamp()))

    def _next_time(self, start: int) -> int | None:
        found = self._db.execute("SELECT MIN(published) FROM articles WHERE published >= ?", (start,)).fetchone()[0]
        return None if found is None else int(found)

    def _distinct(self, table: str, column: str) -> Iterator[str]:
        """The values of an index's first column, one jump each."""
        found = self._db.execute(f"SELECT MIN({column}) FROM {table}").fetchone()[0]
        query = f"SELECT MIN({column}) FROM {table} WHERE {column} > ?"
        while found is not None:
            yield found
            found = self._db.execute(query, (found,)).fetchone()[0]

    def _entries(self, rest: str, *values: object) -> list[Entry]:
        found = self._db.execute(f"SELECT a.id, a.published, a.title, a.path {rest}", values)
        return [
            Entry(_day_of(published), title, self._forms.text(path, identifier, published))
            for identifier, published, title, path in found
        ]

    def _rows(self, rest: str, *values: object) -> Iterator[Row]:
        for found in self._db.execute(f"SELECT {COLUMNS} {rest}", values):
            yield self._row(*found)

    def _row(
        self, identifier: int, category: str, published: int, date_only: int, title: str, digest: bytes | str,
        tags: str | None, url: int, path: int,
    ) -> Row:  # fmt: skip
        return Row(
            id=identifier, url=self._forms.text(url, identifier, published),
            path=self._forms.text(path, identifier, published), title=title,
            category=None if category == OTHER else category, tags=tuple(json.loads(tags)) if tags else (),
            published=datetime.fromtimestamp(published, UTC), date_only=bool(date_only),
            digest=digest if isinstance(digest, str) else digest.hex(),
        )  # fmt: skip


def _table(subject: Subject) -> tuple[str, str]:
    return ("articles", "category") if subject.kind == "category" else ("tags", "tag")


def _of(subject: Subject) -> str:
    """The articles of a subject, chosen by its index alone before anything else is read of them."""
    table, key = _table(subject)
    return f"FROM articles a JOIN (SELECT id FROM {table} WHERE {key} = ?"


def _newest_of(subject: Subject) -> str:
    return f"{_of(subject)} {NEWEST_FIRST} LIMIT ?) USING (id) {NEWEST_FIRST}"


def _day_of(published: int) -> date:
    return datetime.fromtimestamp(published, BEIJING).date()


def _month_of(day: date) -> int:
    return day.year * 100 + day.month


def _packed(digest: str) -> bytes | str:
    """A digest in half the space; anything else as it is."""
    try:
        packed = bytes.fromhex(digest)
    except ValueError:
        return digest
    return packed if packed.hex() == digest else digest
