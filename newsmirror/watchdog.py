"""Ends a run that hangs. The crawl has limits of its own; this one is for what they do not reach."""

import faulthandler
import logging
import os
import signal
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Self

from newsmirror.outcome import Outcome
from newsmirror.private import private_folder
from newsmirror.status import note_early_end

logger = logging.getLogger(__name__)

LAST_WORDS = 20.0
"""Seconds that the ending may take before the system does it without words."""


class Watchdog:
    """Ends the process after so many seconds, with exit code 1; nothing published is lost by that.

    Two clocks run: a thread, which says why and ends the children, and, somewhat later, one of the interpreter's own
    that also works while a call into a library does not return. It leaves the state of all threads in a file.
    """

    def __init__(self, seconds: float, repo: Path):
        self._seconds, self._repo = seconds, repo
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True
        self._file: IO[str] | None = None

    def __enter__(self) -> Self:
        self._timer.start()
        folder = private_folder(self._repo)
        place = folder / "hang.txt" if folder.is_dir() else Path(os.devnull)
        try:
            self._file = place.open("w", encoding="utf-8")
        except OSError:
            self._file = Path(os.devnull).open("w", encoding="utf-8")
        faulthandler.dump_traceback_later(self._seconds + LAST_WORDS, exit=True, file=self._file)
        return self

    def __exit__(self, *error: object) -> None:
        self._timer.cancel()
        faulthandler.cancel_dump_traceback_later()
        if self._file:
            self._file.close()

    def _end(self) -> None:
        logger.error("failed: the run hangs and is ended after %d seconds; the next one goes on", self._seconds)
        if self._file:
            faulthandler.dump_traceback(self._file)
            self._file.flush()
        for process in descendants(os.getpid()):
            try:
                os.kill(process, signal.SIGKILL)
            except OSError:
                continue
        sentence = f"the run hung and was ended after {self._seconds:.0f} seconds"
        note_early_end(self._repo, Outcome.FAILED, sentence, finished=datetime.now(UTC))
        os._exit(Outcome.FAILED.exit_code)


def descendants(parent: int) -> list[int]:
    """All processes that a process has started, and those that they have started."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(words[1]), []).append(int(stat.parent.name))
    found = [parent]
    for process in found:
        found += children.get(process, [])
    return found[1:]
