"""What is known: an SQLite file that can be rebuilt from the tree. With `catalog` and `agenda`, the user of SQLite.

Rows of a run are inserted in one transaction, which is committed after git's commit: a run that dies
before leaves no trace here, one that dies between the two is seen by the commit's id and rebuilt.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from newsmirror.agenda import SCHEMA as LOOKS
from newsmirror.agenda import Agenda
from newsmirror.catalog import Catalog
from newsmirror.exceptions import NoSpaceError, StateError
from newsmirror.forms import Forms
from newsmirror.items import Row

SCHEMA = """
CREATE TABLE IF NOT EXISTS failures (
    url TEXT PRIMARY KEY, reason TEXT NOT NULL, count INTEGER NOT NULL, last TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS pauses (host TEXT PRIMARY KEY, until TEXT NOT NULL, runs INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS pending (url TEXT PRIMARY KEY, kind TEXT NOT NULL, category TEXT, published TEXT);
"""
CACHE = 16 * 1024
"""KB of the file that SQLite keeps in memory: the inner pages of large tables, which each question reads."""
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


class Store(Catalog, Agenda):
    """The state of one mirror. Times are stored in UTC."""

    def __init__(self, path: Path, *, doubtful: bool = False):
        """Open or make the file; a damaged one is set aside. *doubtful*: read all of it to see whether it is whole.

        Raises NoSpaceError where it cannot be written.
        """
        self.damaged = False
        self._path = path
        try:
            with self.guarded():
                self._open(path)
                if doubtful and self._db.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                    raise sqlite3.DatabaseError("not whole")
        except StateError:
            self.damaged = True

    def _open(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        try:
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.execute(f"PRAGMA cache_size=-{CACHE}")
            self._make_tables()
            self._db.executescript(SCHEMA + LOOKS)
        except sqlite3.Error:
            self._db.close()
            raise

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def trial(self) -> Iterator[None]:
        """All changes inside can be read inside, and are taken back at its end."""
        self._db.execute("BEGIN")
        try:
            yield
        finally:
            self._db.execute("ROLLBACK")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All changes inside take effect together at its end, or not at all.

        Raises NoSpaceError where they cannot be written, StateError where the file is damaged.
        """
        with self.guarded():
            self._db.execute("BEGIN")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    self._db.execute("ROLLBACK")
                self._forms = Forms(self._db)
                raise

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Turn SQLite's errors into ours. A damaged file is set aside and an empty one opened in its place.

        Raises NoSpaceError, and StateError for what has to be filled anew from the tree.
        """
        try:
            yield
        except sqlite3.OperationalError as error:
            raise NoSpaceError(
                f"the state file cannot be written ({error}); free space or correct its rights"
            ) from error
        except sqlite3.DatabaseError as error:
            if type(error) is not sqlite3.DatabaseError:  # the others are mistakes of this program
                raise
            self._set_aside()
            raise StateError("the state file is damaged; the next run makes it anew from data/") from error

    def _set_aside(self) -> None:
        self._db.close()
        self._path.replace(self._path.with_suffix(".damaged"))
        for ending in ("-wal", "-shm"):
            self._path.with_name(self._path.name + ending).unlink(missing_ok=True)
        with self.guarded():
            self._open(self._path)

    def commit_id(self) -> str | None:
        """The commit whose articles this state knows."""
        row = self._db.execute("SELECT value FROM meta WHERE key = 'commit'").fetchone()
        return row[0] if row else None

    def set_commit(self, commit: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO meta VALUES ('commit', ?)", (commit,))

    def rebuild(self, rows: Iterable[Row], commit: str) -> int:
        """Forget all articles and know these; returns how many."""
        with self.transaction():
            self._replace_all(rows)
            self.set_commit(commit)
        return self.count()

    def is_due(self, url: str, now: datetime) -> bool:
        """Whether an address that failed before is worth another request by now; True where none is recorded."""
        row = self._db.execute("SELECT count, last FROM failures WHERE url = ?", (url,)).fetchone()
        if row is None:
            return True
        wait = min(BASE_WAIT * 2 ** min(row[0] - 1, 20), MAX_WAIT)
        last = datetime.fromisoformat(row[1])
        clock_was_ahead = last > now + MAX_WAIT
        return clock_was_ahead or now >= last + wait

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
