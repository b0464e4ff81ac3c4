"""The record of runs: one JSON line a run in ``.git/newsmirror/runs.jsonl``, bounded. The only user of that file."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from newsmirror.durable import swap_file

KEPT = 4000
"""Runs kept: eighty days of a run every half hour, some 2 MB."""
SLACK = 400
"""So many more may gather before the file is written anew: most runs append one line and read nothing."""
LINE_BYTES = 400
"""A line is at least about so long; only a file that may hold too many lines is counted."""


class RunRecord:
    """What became of the runs of one mirror, oldest first; each is the status that `make_status` made."""

    def __init__(self, folder: Path):
        """*folder* is ``.git/newsmirror``; nothing is made here."""
        self._file = folder / "runs.jsonl"

    def add(self, status: Mapping[str, Any]) -> str | None:
        """Append a run; returns the system's reason where it cannot be written.

        One write of one line, so that a run that ends ``busy`` can add itself beside the one that holds the lock.
        """
        line = json.dumps(dict(status), ensure_ascii=False, sort_keys=True) + "\n"
        try:
            with self._file.open("ab", buffering=0) as file:
                file.write(line.encode())
            self._trim()
        except OSError as error:
            return error.strerror or "unknown reason"
        return None

    def _trim(self) -> None:
        if self._file.stat().st_size < (KEPT + SLACK) * LINE_BYTES:
            return
        lines = self._file.read_bytes().splitlines(keepends=True)
        if len(lines) <= KEPT + SLACK:
            return
        swap_file(self._file, b"".join(lines[-KEPT:]))

    def read(self) -> list[dict[str, Any]]:
        """All runs, oldest first; lines that are no record (a disk that was full) are left out."""
        try:
            lines = self._file.read_bytes().splitlines()
        except OSError:
            return []
        return [run for line in lines if (run := _parse(line))]


def _parse(line: bytes) -> dict[str, Any] | None:
    try:
        run = json.loads(line)
    except ValueError:
        return None
    known = isinstance(run, dict) and isinstance(run.get("outcome"), str) and isinstance(run.get("finished"), str)
    return run if known else None
