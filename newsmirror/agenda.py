"""The looks at published articles that are to come, in the state. With `store`, which opens it, a user of SQLite.

Only articles of the last days, and those that the source has taken away in the last month, have a row here: what is
due costs nothing at a million articles.
"""

import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from newsmirror.looks import EDITS_PERIOD, GONE_STEPS, LATE, STEPS, Look, first_look

SCHEMA = """
CREATE TABLE IF NOT EXISTS looks (
    id INTEGER PRIMARY KEY, due INTEGER NOT NULL, start INTEGER NOT NULL, until INTEGER NOT NULL, missing INTEGER,
    gone INTEGER NOT NULL, failed INTEGER NOT NULL, etag TEXT NOT NULL, modified TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS looks_due ON looks (due);
CREATE TABLE IF NOT EXISTS edits (id INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (id, at)) WITHOUT ROWID;
"""
COLUMNS = "id, due, start, until, missing, gone, failed, etag, modified"
YOUNG = STEPS[-1] + timedelta(days=1)
"""An article of which only the day is known may be a day younger than that day's begin says."""
FAR = GONE_STEPS[-1] + timedelta(days=1)
"""No look is due later than that, unless a clock was ahead."""


class Agenda:
    """The looks of an open database; `Store` is the whole state. Times are stored as seconds since 1970."""

    _db: sqlite3.Connection

    def due_looks(self, now: datetime, limit: int) -> list[Look]:
        """The looks to be taken by now, those at the newest articles first; what is too late is left out."""
        rest = "WHERE due > ? AND due <= ? ORDER BY id DESC LIMIT ?"
        return self._looks(rest, _seconds(now - LATE), _seconds(now), limit)

    def look(self, identifier: int) -> Look | None:
        """The next look at an article, None where none is planned."""
        return next(iter(self._looks("WHERE id = ?", identifier)), None)

    def set_look(self, identifier: int, look: Look | None) -> None:
        """Plan the next look at an article, or none."""
        if look is None:
            self._db.execute("DELETE FROM looks WHERE id = ?", (identifier,))
            return
        missing = _seconds(look.missing) if look.missing else None
        values = (
            identifier, _seconds(look.due), _seconds(look.start), _seconds(look.end), missing, look.gone, look.failed,
            look.etag, look.modified,
        )  # fmt: skip
        self._db.execute(f"INSERT OR REPLACE INTO looks ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)

    def plan_looks(self, now: datetime) -> None:
        """Plan the first look at every young article that has none, and forget what is over."""
        self._db.execute("DELETE FROM looks WHERE due <= ? OR due > ?", (_seconds(now - LATE), _seconds(now + FAR)))
        self._db.execute("DELETE FROM edits WHERE at <= ? OR at > ?", (_seconds(now - EDITS_PERIOD), _seconds(now)))
        found = self._db.execute(
            "SELECT a.id, a.published, a.date_only FROM articles a LEFT JOIN looks l ON l.id = a.id "
            "WHERE a.published > ? AND l.id IS NULL",
            (_seconds(now - YOUNG),),
        ).fetchall()
        for identifier, published, date_only in found:
            time = datetime.fromtimestamp(published, UTC)
            if look := first_look(identifier, time, date_only=bool(date_only), now=now):
                self.set_look(identifier, look)

    def add_edits(self, identifiers: Iterable[int], now: datetime) -> None:
        """Note that articles were updated."""
        edits = [(identifier, _seconds(now)) for identifier in identifiers]
        self._db.executemany("INSERT OR IGNORE INTO edits VALUES (?, ?)", edits)

    def edits(self, identifier: int, now: datetime) -> int:
        """How often an article was updated within `EDITS_PERIOD`."""
        query = "SELECT COUNT(*) FROM edits WHERE id = ? AND at > ? AND at <= ?"
        times = _seconds(now - EDITS_PERIOD), _seconds(now)
        return int(self._db.execute(query, (identifier, *times)).fetchone()[0])

    def _looks(self, rest: str, *values: int) -> list[Look]:
        return [_look(*found) for found in self._db.execute(f"SELECT {COLUMNS} FROM looks {rest}", values)]


def _look(
    identifier: int, due: int, start: int, until: int, missing: int | None, gone: int, failed: int, etag: str,
    modified: str,
) -> Look:  # fmt: skip
    first = None if missing is None else _time(missing)
    return Look(identifier, _time(due), _time(start), _time(until), first, bool(gone), failed, etag, modified)


def _seconds(time: datetime) -> int:
    return int(time.timestamp())


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
