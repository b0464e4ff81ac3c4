"""Listens to a git command that talks to others, and ends it and all its processes when it has to end."""

import os
import re
import selectors
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from git.cmd import Git

from newsmirror.exceptions import PushError
from newsmirror.outcome import PushResult
from newsmirror.remotes import Answer, clean_words

SAID = 100_000
"""Bytes kept of what a command says; a remote writes a part of it."""
LINGER = 2.0
"""Seconds that processes get to remove their locks before they are killed."""


@dataclass(frozen=True)
class Limits:
    """How long one remote may take; times are of `time.monotonic`."""

    patience: float
    """Seconds without a sign of life."""
    deadline: float
    """When everything with this remote has to be over."""
    stop: Callable[[], bool] = lambda: False
    """Whether the operator wants the end at once; asked ten times a second, from a thread."""


class Listener:
    """Reads what one process group says, and ends it when it has to end."""

    def __init__(self, process: Git.AutoInterrupt, limits: Limits, deadline: float):
        self._process, self._limits, self._deadline = process, limits, min(deadline, limits.deadline)
        self._said: dict[int, bytes] = {process.stdout.fileno(): b"", process.stderr.fileno(): b""}

    def listen(self, is_full: Callable[[], bool]) -> Answer:
        last = time.monotonic()
        try:
            with selectors.DefaultSelector() as selector:
                for descriptor in self._said:
                    os.set_blocking(descriptor, False)
                    selector.register(descriptor, selectors.EVENT_READ)
                while not self._is_over():
                    if self._read(selector, 0.1 if selector.get_map() else 0.005):
                        last = time.monotonic()
                    self._check(last, is_full)
                while self._read(selector, 0):
                    pass
        finally:
            status = self._end()
        out, err = (said.decode("utf-8", "replace") for said in self._said.values())
        return Answer(status, out, err)

    def _read(self, selector: selectors.BaseSelector, wait: float) -> bool:
        """Take in what was said; returns whether anything was."""
        heard = False
        for key, _ in selector.select(wait):
            try:
                data = os.read(key.fd, 65536)
            except BlockingIOError:
                continue
            if not data:
                selector.unregister(key.fd)
                continue
            heard = True
            self._said[key.fd] = (self._said[key.fd] + data)[-SAID:]
        return heard

    def _check(self, last: float, is_full: Callable[[], bool]) -> None:
        now = time.monotonic()
        if self._limits.stop():
            raise PushError(PushResult.STOPPED)
        if now - last > self._limits.patience or now > self._deadline:
            words = clean_words(self._said_last())
            raise PushError(PushResult.SILENT, words)
        if is_full():
            raise PushError(
                PushResult.DIVERGED, "it holds more that is not here than is fetched at once; clone it anew"
            )

    def _said_last(self) -> str:
        """The last line of the error stream: how far it came."""
        lines = re.split(r"[\r\n]+", list(self._said.values())[1].decode("utf-8", "replace").strip())
        return lines[-1]

    def _is_over(self) -> bool:
        """Whether the command itself has ended; its processes are not reaped, so that their group stays ours."""
        return os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def _end(self) -> int:
        """End what is left of the process group: politely, then by force. Returns git's status."""
        group = self._process.pid
        if not self._is_over():
            self._signal(group, signal.SIGTERM)
            end = time.monotonic() + LINGER
            while time.monotonic() < end and not self._is_closed():
                time.sleep(0.02)
        self._signal(group, signal.SIGKILL)
        popen = self._process.proc
        assert popen
        assert popen.stdout
        assert popen.stderr
        status = popen.wait()
        popen.stdout.close()
        popen.stderr.close()
        return int(status)

    def _signal(self, group: int, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(group, number)

    def _is_closed(self) -> bool:
        """Whether nobody holds the error stream any more: then every process of the group has ended."""
        try:
            return not os.read(self._process.stderr.fileno(), 65536)
        except BlockingIOError:
            return False


def end_strays(folder: Path) -> None:
    """End git commands that a killed run has left at work below *folder*; for the holder of the lock alone.

    They are known by the repository that their environment names, which nobody else works in.
    """
    mark = f"GIT_DIR={folder}/".encode()
    for place in Path("/proc").glob("[0-9]*/environ"):
        try:
            if any(entry.startswith(mark) for entry in place.read_bytes().split(b"\0")):
                group = os.getpgid(int(place.parent.name))
                if group != os.getpgrp():
                    os.killpg(group, signal.SIGTERM)
        except OSError:  # it ended, or is another user's
            continue
