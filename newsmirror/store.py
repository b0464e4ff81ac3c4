"""What is known: an SQLite file that can be rebuilt from the tree. The only user of SQLite.

Rows of a run are inserted in one transaction, which is committed after git's commit: a run that dies
before leaves no trace here, one that dies between the two is seen by the commit's id and rebuilt.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from newsmirror.exceptions import NoSpaceError
from newsmirror.items import Row
from newsmirror.lists import OTHER, Subject

SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS articles (
    id INTEGER PRIMARY KEY, category TEXT NOT NULL, month TEXT NOT NULL, day TEXT NOT NULL,
    published TEXT NOT NULL, digest TEXT NOT NULL, line TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS articles_category ON articles (category, month, published);
CREATE INDEX IF NOT EXISTS articles_published ON articles (published, id);
CREATE INDEX IF NOT EXISTS articles_day ON articles (day);
CREATE TABLE IF NOT EXISTS tags (
    tag TEXT NOT NULL, id INTEGER NOT NULL, month TEXT NOT NULL, published TEXT NOT NULL, PRIMARY KEY (tag, id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS tags_month ON tags (tag, month, published);
CREATE INDEX IF NOT EXISTS tags_id ON tags (id);
CREATE TABLE IF NOT EXISTS failures (
    url TEXT PRIMARY KEY, reason TEXT NOT NULL, count INTEGER NOT NULL, last TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS pauses (host TEXT PRIMARY KEY, until TEXT NOT NULL, runs INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS pending (url TEXT PRIMARY KEY, kind TEXT NOT NULL, category TEXT, published TEXT);
"""
BASE_WAIT = timedelta(hours=1)
MAX_WAIT = timedelta(days=7)
"""A failed address is tried again after 1, 2, 4 … hours, at most a week: deleted articles cost little."""


@dataclass(frozen=True, slots=True)
class Pending:
    """An address that a run found and did not get to: an ``article`` or a further page of a ``list``."""

    url: str
    kind: str
    category: str | None = None
    published: datetime | None = None


class Store:
    """The state of one mirror. Times are stored in UTC."""

    def __init__(self, path: Path):
        """Open or make the file; a damaged one is set aside. Raises NoSpaceError where it cannot be written."""
        self.damaged = False
        try:
            self._db = self._open(path)
        except sqlite3.OperationalError as error:
            raise NoSpaceError(
                f"the state file cannot be opened ({error}); free space or correct its rights"
            ) from error
        except sqlite3.DatabaseError:
            path.replace(path.with_suffix(".damaged"))
            self.damaged = True
            self._db = self._open(path)

    def _open(self, path: Path) -> sqlite3.Connection:
        db = sqlite3.connect(path, isolation_level=None)
        try:
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=NORMAL")
            db.executescript(SCHEMA)
        except sqlite3.Error:
            db.close()
            raise
        return db

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All changes inside take effect together at its end, or not at all."""
        self._db.execute("BEGIN")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def commit_id(self) -> str | None:
        """The commit whose articles this state knows."""
        row = self._db.execute("SELECT value FROM meta WHERE key = 'commit'").fetchone()
        return row[0] if row else None

    def set_commit(self, commit: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO meta VALUES ('commit', ?)", (commit,))

    def put(self, rows: Iterable[Row]) -> None:
        """Record articles as published; an article known before is replaced, and its failures are forgotten."""
        for row in rows:
            month, published = f"{row.day:%Y-%m}", row.published.astimezone(UTC).isoformat()
            self._db.execute(
                "INSERT OR REPLACE INTO articles VALUES (?, ?, ?, ?, ?, ?, ?)",
                (row.id, row.category or OTHER, month, row.day.isoformat(), published, row.digest, row.to_json()),
            )
            self._db.execute("DELETE FROM tags WHERE id = ?", (row.id,))
            self._db.executemany(
                "INSERT INTO tags VALUES (?, ?, ?, ?)", [(tag, row.id, month, published) for tag in row.tags]
            )
            self._db.execute("DELETE FROM failures WHERE url = ?", (row.url,))

    def rebuild(self, rows: Iterable[Row], commit: str) -> int:
        """Forget all articles and know these; returns how many."""
        with self.transaction():
            self._db.execute("DELETE FROM articles")
            self._db.execute("DELETE FROM tags")
            self.put(rows)
            self.set_commit(commit)
        return self.count()

    def get(self, identifier: int) -> Row | None:
        """The published article with this id."""
        return self._one("SELECT line FROM articles WHERE id = ?", identifier)

    def _one(self, query: str, *values: object) -> Row | None:
        return next(iter(self._rows(query, *values)), None)

    def _rows(self, query: str, *values: object) -> list[Row]:
        return [Row.from_json(line) for (line,) in self._db.execute(query, values)]

    def knows(self, identifier: int) -> bool:
        return bool(self._db.execute("SELECT 1 FROM articles WHERE id = ?", (identifier,)).fetchone())

    def count(self) -> int:
        return int(self._db.execute("SELECT COUNT(*) FROM articles").fetchone()[0])

    def newest(self, subject: Subject | None, limit: int) -> list[Row]:
        """The newest articles of a subject, or of all, newest first."""
        if subject is None:
            return self._rows("SELECT line FROM articles ORDER BY published DESC, id DESC LIMIT ?", limit)
        if subject.kind == "category":
            query = "SELECT line FROM articles WHERE category = ? ORDER BY published DESC, id DESC LIMIT ?"
        else:
            query = (
                "SELECT line FROM tags JOIN articles USING (id) WHERE tag = ? "
                "ORDER BY tags.published DESC, id DESC LIMIT ?"
            )
        return self._rows(query, subject.key, limit)

    def month(self, subject: Subject, month: str) -> list[Row]:
        """A subject's articles of a month, oldest first."""
        if subject.kind == "category":
            query = "SELECT line FROM articles WHERE category = ? AND month = ? ORDER BY published, id"
        else:
            query = (
                "SELECT line FROM tags JOIN articles USING (id) WHERE tag = ? AND tags.month = ? "
                "ORDER BY tags.published, id"
            )
        return self._rows(query, subject.key, month)

    def months(self, subject: Subject) -> list[tuple[str, int]]:
        """The months of a subject with their counts, newest first."""
        table = "articles WHERE category = ?" if subject.kind == "category" else "tags WHERE tag = ?"
        query = f"SELECT month, COUNT(*) FROM {table} GROUP BY month ORDER BY month DESC"  # noqa: S608
        return [(month, count) for month, count in self._db.execute(query, (subject.key,))]

    def day(self, day: str) -> list[Row]:
        """All articles of a day (``2021-12-17``, UTC+8), by id."""
        return self._rows("SELECT line FROM articles WHERE day = ? ORDER BY id", day)

    def categories(self) -> set[str]:
        """Keys of the categories that have articles."""
        return {key for (key,) in self._db.execute("SELECT DISTINCT category FROM articles")}

    def has_tag(self, tag: str) -> bool:
        return bool(self._db.execute("SELECT 1 FROM tags WHERE tag = ? LIMIT 1", (tag,)).fetchone())

    def is_due(self, url: str, now: datetime) -> bool:
        """Whether an address that failed before is worth another request by now; True where none is recorded."""
        row = self._db.execute("SELECT count, last FROM failures WHERE url = ?", (url,)).fetchone()
        if row is None:
            return True
        wait = min(BASE_WAIT * 2 ** min(row[0] - 1, 20), MAX_WAIT)
        return bool(now >= datetime.fromisoformat(row[1]) + wait)

    def add_failures(self, failures: Iterable[tuple[str, str]], now: datetime) -> None:
        """Record (address, reason) of what failed, counting on."""
        self._db.executemany(
            "INSERT INTO failures VALUES (?, ?, 1, ?) ON CONFLICT (url) DO UPDATE "
            "SET reason = excluded.reason, count = count + 1, last = excluded.last",
            [(url, reason, now.astimezone(UTC).isoformat()) for url, reason in failures],
        )

    def failures(self) -> dict[str, tuple[str, int]]:
        """Reason and count by address."""
        rows = self._db.execute("SELECT url, reason, count FROM failures")
        return {url: (reason, count) for url, reason, count in rows}

    def pending(self) -> list[Pending]:
        """What the last run found and did not get to."""
        rows = self._db.execute("SELECT url, kind, category, published FROM pending ORDER BY url")
        return [Pending(u, k, c, datetime.fromisoformat(p) if p else None) for u, k, c, p in rows]

    def set_pending(self, pending: Iterable[Pending]) -> None:
        """Replace what is pending."""
        self._db.execute("DELETE FROM pending")
        self._db.executemany(
            "INSERT OR IGNORE INTO pending VALUES (?, ?, ?, ?)",
            [(p.url, p.kind, p.category, p.published.isoformat() if p.published else None) for p in pending],
        )

    def pause(self, host: str) -> tuple[datetime, int] | None:
        """Until when a host is left alone, and how many runs in a row it has turned away."""
        row = self._db.execute("SELECT until, runs FROM pauses WHERE host = ?", (host,)).fetchone()
        return (datetime.fromisoformat(row[0]), row[1]) if row else None

    def set_pause(self, host: str, until: datetime, runs: int) -> None:
        """Recorded at once, not with the commit: a run that dies must not begin anew."""
        self._db.execute("INSERT OR REPLACE INTO pauses VALUES (?, ?, ?)", (host, until.isoformat(), runs))

    def end_pause(self, host: str) -> None:
        self._db.execute("DELETE FROM pauses WHERE host = ?", (host,))
