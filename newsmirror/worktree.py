"""The files of the working copy: atomic writes, a journal of them, and the lock of a run. Knows no git."""

import errno
import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from newsmirror.exceptions import BusyError, NoSpaceError, RefusedError
from newsmirror.items import OutputFile

UNWRITABLE = {
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EROFS,
    errno.EACCES,
    errno.EPERM,
    errno.ENOTDIR,
    errno.EEXIST,
    errno.EIO,
}


@contextmanager
def writing(what: str) -> Iterator[None]:
    """Turn the operating system's refusal to write *what* into NoSpaceError, without its full path."""
    try:
        yield
    except OSError as error:
        if error.errno not in UNWRITABLE:
            raise
        reason = os.strerror(error.errno or 0)
        raise NoSpaceError(f"{what} cannot be written ({reason}); free space or correct the folder's rights") from error


class RunLock:
    """One lock for a whole run, held on an open descriptor: it ends with the process, however that ends."""

    def __init__(self, path: Path):
        """Take the lock. Raises BusyError where another run holds it."""
        with writing("the lock file"):
            self._file = path.open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._file.close()
            raise BusyError("another run is using this working copy; wait for its end") from error

    def release(self) -> None:
        self._file.close()

    def __enter__(self) -> "RunLock":
        return self

    def __exit__(self, *error: object) -> None:
        self.release()


class WorkTree:
    """The published files on disk. Every path written in a run stands in the journal before it is touched."""

    def __init__(self, root: Path, journal: Path):
        self.root = root
        self._journal = journal
        self._written: dict[str, None] = {}
        self._safe_folders: set[Path] = set()

    @property
    def written(self) -> list[str]:
        """Paths written since the last `settle`, in order."""
        return list(self._written)

    def read(self, path: str) -> bytes | None:
        """Content of a file of the tree, None where there is none."""
        try:
            return (self.root / path).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def write(self, file: OutputFile) -> bool:
        """Write a file where its content differs from what is there; True where it did.

        The file appears whole or not at all. Raises NoSpaceError, or RefusedError where a link would
        lead out of the tree.
        """
        if self.read(file.path) == file.content:
            return False
        target = self.root / file.path
        with writing(file.path):
            self._make_folder(target.parent)
            self._note(file.path)
            temporary = target.with_name(f".{target.name[:40]}.new")
            self._note(str(temporary.relative_to(self.root)), published=False)
            temporary.write_bytes(file.content)
            temporary.replace(target)
        return True

    def _make_folder(self, folder: Path) -> None:
        if folder in self._safe_folders:
            return
        place = self.root
        for part in folder.relative_to(self.root).parts:
            place /= part
            if place.is_symlink():
                name = place.relative_to(self.root)
                raise RefusedError(f"{name} of the working copy is a link; replace it by an ordinary folder")
        folder.mkdir(parents=True, exist_ok=True)
        self._safe_folders.add(folder)

    def _note(self, path: str, *, published: bool = True) -> None:
        with self._journal.open("a", encoding="utf-8") as file:
            file.write(f"{path}\n")
        if published:
            self._written[path] = None

    def recover(self, committed: Callable[[list[str]], dict[str, bytes]]) -> int:
        """Put back what an interrupted run has written; returns the number of files.

        *committed* gives the content of those paths that the last commit holds; the others are removed.
        """
        if not self._journal.exists():
            return 0
        paths = list(dict.fromkeys(self._journal.read_text(encoding="utf-8").splitlines()))
        contents = committed(paths)
        with writing("the working copy"):
            for path in paths:
                target = self.root / path
                if path in contents:
                    self._make_folder(target.parent)
                    target.unlink(missing_ok=True)  # never through a link
                    target.write_bytes(contents[path])
                else:
                    target.unlink(missing_ok=True)
            self._journal.unlink()
        return len(paths)

    def settle(self) -> None:
        """What was written is committed (or put back): forget the journal."""
        self._written.clear()
        self._journal.unlink(missing_ok=True)
