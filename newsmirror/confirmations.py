"""What each remote was last seen to hold: a small file beside the state. Lost, it only costs one question."""

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from newsmirror.durable import swap_file, writing
from newsmirror.items import stamp
from newsmirror.remotes import Remote

STEP = 64 * 1024 * 1024
"""Bytes that one push carries at most, where commits can be told apart: hosts take 2 GB, lines take time."""
SMALLEST_STEP = 1024 * 1024


@dataclass(frozen=True)
class Confirmation:
    """What is known of one remote."""

    address: str
    """SHA-256 of the address: at another address nothing is confirmed."""
    commit: str | None = None
    """The newest commit of ours that it was seen to hold."""
    at: str | None = None
    """When that was, UTC."""
    step: int = 0
    """Bytes of the next push; halved when one does not end in time."""

    @classmethod
    def of(cls, remote: Remote) -> "Confirmation":
        """Nothing known yet."""
        return cls(hashlib.sha256(remote.address.encode()).hexdigest(), step=STEP)

    def reached(self, commit: str, now: datetime) -> "Confirmation":
        """The remote was seen to hold *commit*; the next step may be larger."""
        return replace(self, commit=commit, at=stamp(now), step=min(self.step * 2, STEP))

    def too_slow(self) -> "Confirmation":
        """A push did not end in time; the next step is smaller."""
        return replace(self, step=max(self.step // 2, SMALLEST_STEP))

    @property
    def time(self) -> datetime | None:
        return datetime.fromisoformat(self.at) if self.at else None


class Confirmations:
    """The file ``remotes.json``."""

    def __init__(self, path: Path):
        self._path = path
        self._known = _read(path)

    def get(self, remote: Remote) -> Confirmation:
        """What is known of a remote at its present address."""
        fresh = Confirmation.of(remote)
        known = self._known.get(remote.name)
        return known if known and known.address == fresh.address else fresh

    def set(self, remote: Remote, confirmation: Confirmation) -> None:
        """Keep what is known now. Raises NoSpaceError where it cannot be written."""
        if self._known.get(remote.name) == confirmation:
            return
        self._known[remote.name] = confirmation
        record = {name: asdict(value) for name, value in sorted(self._known.items())}
        with writing("the file remotes.json"):
            swap_file(self._path, (json.dumps(record, indent=1) + "\n").encode())


def _read(path: Path) -> dict[str, Confirmation]:
    try:
        record: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
        known = {name: Confirmation(**values) for name, values in record.items()}
        for confirmation in known.values():
            _ = confirmation.time, f"{confirmation.address:s}", confirmation.step + 0
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
    return known
