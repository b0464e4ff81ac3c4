"""The lock of a run. It is held on an open descriptor, so it ends with the process, however that ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from newsmirror.durable import writing
from newsmirror.exceptions import BusyError

BUSY = "another run is using this working copy; wait for its end"


class RunLock:
    """One lock for a whole run. What stands in the file is for people and never believed."""

    def __init__(self, path: Path):
        """Take the lock. Raises BusyError where another run holds it, NoSpaceError where it cannot be written."""
        self.died: float | None = None
        """When the run before began (seconds since 1970), where it ended without giving up its lock."""
        with writing("the lock file"):
            self._file = path.open("a+", encoding="ascii")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._file.close()
            raise BusyError(BUSY) from error
        with writing("the lock file"):
            self._begin()

    def _begin(self) -> None:
        """Mark the file, so that the next run knows whether this one has come to its end."""
        known = os.fstat(self._file.fileno())
        if known.st_size:
            self.died = known.st_mtime
        os.ftruncate(self._file.fileno(), 0)
        os.write(self._file.fileno(), f"{os.getpid()}\n".encode())

    def release(self) -> None:
        """Give up the lock, with the note that the run came to its end."""
        if not self._file.closed:
            with suppress(OSError):  # a broken disk; the next run then looks for more than there is
                os.ftruncate(self._file.fileno(), 0)
            self._file.close()

    def abandon(self) -> None:
        """Give up the lock as a run that dies does: the next one looks for what this one has left."""
        self._file.close()

    def __enter__(self) -> "RunLock":
        return self

    def __exit__(self, *error: object) -> None:
        self.release()


@contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """Hold a folder while a repository is made in it: of runs that start at once, one makes it.

    Raises BusyError where another run is at it.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise BusyError(BUSY) from error
    except OSError:
        pass  # network file systems lock files only; there two first runs at once are not told apart
    try:
        yield
    finally:
        os.close(descriptor)
