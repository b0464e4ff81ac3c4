"""Running git processes, and what they say when they fail."""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from git.exc import CommandError, GitCommandNotFound

from newsmirror.exceptions import GitError


class Pipe:
    """A running git process, its input and output."""

    def __init__(self, process: Any):
        self._process = process

    def write(self, pieces: Iterable[bytes]) -> None:
        """Send all of it. A process that is gone is no error here: `finish` has git's words."""
        with suppress(BrokenPipeError):
            for piece in pieces:
                self._process.stdin.write(piece)
            self._process.stdin.flush()

    def line(self) -> bytes:
        """The next line of its output, without its end; empty where there is none any more."""
        return bytes(self._process.stdout.readline()).rstrip(b"\n")

    def read(self, size: int) -> bytes:
        return bytes(self._process.stdout.read(size))

    def object(self, name: str) -> tuple[str, bytes] | None:
        """Ask ``cat-file --batch`` for an object: its kind and content, None where there is none. Raises GitError."""
        self.write([name.encode(errors="surrogateescape") + b"\n"])
        answer = self.line()
        if not answer:
            self.finish()
            raise GitError("git ended while it was asked for an object")
        if answer.endswith(b" missing"):
            return None
        _, kind, size = answer.rsplit(b" ", 2)
        return kind.decode(), self.read(int(size) + 1)[:-1]

    def parts(self, end: bytes) -> Iterator[bytes]:
        """What it says until it has said all, cut after each *end*, which is left out."""
        rest = b""
        while piece := self._process.stdout.read(65536):
            *whole, rest = (rest + piece).split(end)
            yield from whole

    def close(self) -> None:
        """End the process, whatever it is doing."""
        self._process._terminate()

    def count(self) -> int:
        """End the input and return how many bytes came out, without keeping them. Raises GitError."""
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        size = 0
        while part := self._process.stdout.read(65536):
            size += len(part)
        return size + len(self.finish())

    def finish(self) -> bytes:
        """End the input, wait for the end of the process, and return the rest of its output. Raises GitError."""
        try:
            with suppress(BrokenPipeError):
                self._process.stdin.close()
            said: bytes = self._process.stdout.read()
            self._process.wait()
        except (CommandError, OSError) as error:
            raise failure(error) from error
        finally:
            self._process.stdout.close()
            self._process.stderr.close()
        return said


def failure(error: Exception) -> GitError:
    """What went wrong in git, with its exit status and its words."""
    return GitError(plain_words(error), getattr(error, "status", None))


def plain_words(error: Exception) -> str:
    """What git said, on one line, without local paths and credentials; empty where it said nothing."""
    if isinstance(error, GitCommandNotFound | FileNotFoundError):
        return "the git program is missing; install git"
    if isinstance(error, OSError):
        return os.strerror(error.errno or 0)
    text = error.stderr if isinstance(error, CommandError) else str(error)
    text = re.sub(r"://[^/@\s]+@", "://", " ".join(str(text).split()))
    text = re.sub(r"^stderr: '(.*)'$", r"\1", text)
    if text.startswith("Timeout:"):
        return "git did not come to an end in time and was stopped"
    return re.sub(r"(?<![\w:/])/(?:[\w.+-]+/)*[\w.+-]+", "…", text)[:300]
