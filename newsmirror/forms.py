"""Addresses and paths as the state keeps them: a million of them have a few forms. With `catalog`, a user of SQLite."""

import sqlite3
from datetime import date, timedelta
from functools import lru_cache

from newsmirror.items import Row

SCHEMA = "CREATE TABLE forms (number INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);"
DAY_SECONDS = 24 * 3600
BEIJING_SECONDS = 8 * 3600
DAY, ID = "\x01", "\x02"
"""What stands in a form for an article's day and id."""


class Forms:
    """The forms of an open database. Made anew when a transaction was taken back: its forms are gone with it."""

    def __init__(self, database: sqlite3.Connection):
        self._db = database
        self._texts: dict[int, str] = {}
        self._numbers: dict[str, int] = {}

    def number(self, text: str, row: Row) -> int:
        """Number of the form of an article's address or path, which is recorded where it is new."""
        form = text.replace(f"{row.day:%Y/%m/%d}", DAY).replace(str(row.id), ID)
        if form not in self._numbers:
            self._db.execute("INSERT OR IGNORE INTO forms (text) VALUES (?)", (form,))
            found = self._db.execute("SELECT number FROM forms WHERE text = ?", (form,)).fetchone()
            self._numbers[form] = int(found[0])
        return self._numbers[form]

    def text(self, number: int, identifier: int, published: int) -> str:
        """The address or path of the article with this id and time (seconds since 1970)."""
        if number not in self._texts:
            found = self._db.execute("SELECT text FROM forms WHERE number = ?", (number,)).fetchone()
            self._texts[number] = str(found[0])
        day = _day((published + BEIJING_SECONDS) // DAY_SECONDS)
        return self._texts[number].replace(ID, str(identifier)).replace(DAY, day)


@lru_cache(maxsize=4096)
def _day(number: int) -> str:
    return f"{date(1970, 1, 1) + timedelta(days=number):%Y/%m/%d}"
