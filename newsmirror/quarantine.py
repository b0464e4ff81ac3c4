"""Answers that were not taken, kept for a person to look at. A folder inside ``.git``; never published.

One small JSON file an address, and beside it the page as it came, gzipped. The folder is bounded in number,
size and age, so that whoever answers with rubbish cannot fill the disk; the oldest go first. Only the user who
runs the mirror can read it.
"""

import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from newsmirror.durable import writing

MAX_ENTRIES = 500
MAX_BYTES = 64 * 1024 * 1024
"""Of all kept pages together, compressed."""
MAX_PAGE = 2 * 1024 * 1024
"""What is kept of one page, before compression; DOWNLOAD_MAXSIZE is the same."""
MAX_AGE = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it came."""

    body: bytes
    content_type: str = ""
    status: int = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """One address in quarantine."""

    key: str
    """Twelve hex digits of the address's SHA-256: its name in commands."""
    address: str
    kind: str
    """``article`` or ``list``."""
    reason: str
    words: str
    seen: datetime
    """Aware, UTC, to the second."""
    content_type: str = ""
    status: int = 0
    size: int = 0
    """Bytes of the page that are kept; 0: none."""
    decision: str = ""
    """What a person wants of the next run: ``retry`` (ask again), ``release`` (publish), or nothing yet."""


def key_of(address: str) -> str:
    """The name of an address in quarantine."""
    return hashlib.sha256(address.encode()).hexdigest()[:12]


class Quarantine:
    """The entries in *folder*, which is made when the first is kept."""

    def __init__(self, folder: Path):
        self._folder = folder

    def keep(self, entry: Entry, page: Kept | None) -> None:
        """Record an answer, in the place of what was kept of its address. Raises NoSpaceError."""
        with writing("the quarantine"):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            body = page.body[:MAX_PAGE] if page else b""
            if body:
                _write(self._page(entry.key), gzip.compress(body, mtime=0))
            else:
                self._page(entry.key).unlink(missing_ok=True)
            whole = replace(entry, size=len(body), status=page.status if page else 0)
            record = asdict(whole) | {"seen": entry.seen.astimezone(UTC).isoformat(timespec="seconds")}
            _write(self._record(entry.key), json.dumps(record, ensure_ascii=True, indent=1).encode())

    def entries(self) -> list[Entry]:
        """All entries, newest first; records that cannot be read are left out."""
        found = filter(None, map(_read_entry, self._folder.glob("*.json")))
        return sorted(found, key=lambda entry: (entry.seen, entry.key), reverse=True)

    def find(self, name: str) -> Entry | None:
        """The entry with this key or address."""
        return _read_entry(self._record(name if _is_key(name) else key_of(name)))

    def page(self, entry: Entry) -> bytes | None:
        """The page as it came; None where none is kept or it is damaged."""
        try:
            return gzip.decompress(self._page(entry.key).read_bytes())
        except (OSError, EOFError, zlib.error):
            return None

    def decide(self, entry: Entry, decision: str) -> None:
        """Note what the next run is to do: ``retry``, ``release``, or nothing (an empty string)."""
        body = self.page(entry)
        page = Kept(body, entry.content_type, entry.status) if body else None
        self.keep(replace(entry, decision=decision), page)

    def decisions(self) -> dict[str, str]:
        """What persons decided, by address."""
        return {entry.address: entry.decision for entry in self.entries() if entry.decision}

    def forget(self, addresses: Iterable[str]) -> None:
        """Remove the entries of these addresses."""
        for key in map(key_of, addresses):
            self._remove(key)

    def prune(self, now: datetime) -> int:
        """Remove what is too old, too many or too large; returns how many entries. What was decided goes last."""
        entries = sorted(self.entries(), key=lambda entry: (bool(entry.decision), entry.seen), reverse=True)
        total, gone = 0, 0
        for number, entry in enumerate(entries):
            total += self._stored(entry.key)
            if number >= MAX_ENTRIES or total > MAX_BYTES or entry.seen < now - MAX_AGE:
                self._remove(entry.key)
                gone += 1
        known = {entry.key for entry in entries}
        for path in self._folder.glob("*"):
            if path.name.split(".")[0] not in known:
                path.unlink(missing_ok=True)  # a damaged record, a page without its record, a broken write
        return gone

    def size(self) -> tuple[int, int]:
        """Number of entries, and bytes on disk."""
        files = list(self._folder.glob("*"))
        return sum(path.suffix == ".json" for path in files), sum(path.stat().st_size for path in files)

    def _stored(self, key: str) -> int:
        path = self._page(key)
        return path.stat().st_size if path.exists() else 0

    def _remove(self, key: str) -> None:
        self._record(key).unlink(missing_ok=True)
        self._page(key).unlink(missing_ok=True)

    def _record(self, key: str) -> Path:
        return self._folder / f"{key}.json"

    def _page(self, key: str) -> Path:
        return self._folder / f"{key}.html.gz"


def _is_key(name: str) -> bool:
    return len(name) == 12 and all(digit in "0123456789abcdef" for digit in name)


def _write(path: Path, content: bytes) -> None:
    """Replace a file that only its owner can read."""
    temporary = path.with_suffix(".new")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    temporary.replace(path)


def _read_entry(path: Path) -> Entry | None:
    try:
        record = json.loads(path.read_bytes())
        seen = datetime.fromisoformat(record.pop("seen"))
        entry = Entry(seen=seen, **record)
        return entry if seen.tzinfo and entry.key == path.stem else None
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
