"""The files of the working copy. They follow the commits: nothing is published from them, and no link is followed.

A file that somebody else has changed is kept as they left it; so is whatever stands where a new file belongs.
"""

import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path, PurePosixPath

from newsmirror.durable import sync_folder, writing
from newsmirror.git import Change

AT_ONCE = 500
"""Files that are looked at, read and written together: memory stays small whatever a commit holds."""
FEW = 64
"""Up to so many of them are synced one by one; for more, one sync of the whole system is quicker."""
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW


class WorkTree:
    """The published files on disk."""

    def __init__(self, root: Path, private: Path):
        """*private* is a folder on the same file system where new files are made before they get their name."""
        self._root = root
        self._temporary = private / "file.new"

    def show(self, changes: Iterable[Change], read: Callable[[list[str]], Iterator[bytes | None]]) -> list[str]:
        """Bring these files to their newer content; returns the paths that are kept because they are not ours.

        *read* gives contents by their ids. What is written is on the disk on return. Raises NoSpaceError.
        """
        source = (change for change in changes if change.after)
        kept: list[str] = []
        unsynced = False
        with writing("the working copy"):
            while chunk := list(islice(source, AT_ONCE)):
                may_write = {change.path: self._may_write(change) for change in chunk}
                kept += [path for path, may in may_write.items() if may is None]
                wanted = [change for change in chunk if may_write[change.path]]
                few = len(wanted) <= FEW
                unsynced = unsynced or not few
                for change, content in zip(wanted, read([str(change.after) for change in wanted]), strict=True):
                    if content is not None and not self._write(change.path, content, sync=few):
                        kept.append(change.path)
            if unsynced:
                os.sync()
        return kept

    def remove(self, files: Iterable[Change]) -> list[str]:
        """Remove files that are what the newer commit has, and folders that get empty; returns the others' paths.

        Raises NoSpaceError.
        """
        kept = []
        last = PurePosixPath()
        with writing("the working copy"):
            for file in files:
                if (ours := self._is_newer(file)) is False:
                    kept.append(file.path)
                if not ours:
                    continue
                path = PurePosixPath(file.path)
                if path.parent != last:
                    self._remove_empty(last)
                    last = path.parent
                with self._folder(file.path, make=False) as folder:
                    os.unlink(path.name, dir_fd=folder)
            self._remove_empty(last)
            os.sync()
        return kept

    def _is_newer(self, file: Change) -> bool | None:
        """Whether a file is what the newer commit has, None where there is none."""
        try:
            return blob_id(self._read(file.path), file) == file.after
        except FileNotFoundError:
            return None
        except OSError:  # a link, a folder, or a file in the place of a folder
            return False

    def _remove_empty(self, folder: PurePosixPath) -> None:
        """Remove a folder and those above it, as far as nothing is in them."""
        for path in (folder, *folder.parents)[:-1]:
            try:
                with self._folder(str(path), make=False) as above:
                    os.rmdir(path.name, dir_fd=above)
            except OSError:
                return

    def _may_write(self, change: Change) -> bool | None:
        """False where the newer content stands already, None where the file is somebody else's."""
        try:
            content = self._read(change.path)
        except FileNotFoundError:
            return True
        except OSError:  # a link, a folder, or a file in the place of a folder
            return None
        if blob_id(content, change) == change.after:
            return False
        ruined = not content.strip(b"\0")  # what a power loss makes of a file that was not synced
        return True if ruined or blob_id(content, change) == change.before else None

    def _read(self, path: str) -> bytes:
        """Content of an ordinary file. Raises OSError."""
        with self._folder(path, make=False) as folder:
            descriptor = os.open(PurePosixPath(path).name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise OSError(errno.ELOOP, "no ordinary file")
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                return file.read()
        finally:
            os.close(descriptor)

    def _write(self, path: str, content: bytes, *, sync: bool) -> bool:
        """Write one file; False where a link or a file stands in the place of a folder."""
        with self._temporary.open("wb") as file:
            file.write(content)
            file.flush()
            if sync:
                os.fsync(file.fileno())
        try:
            with self._folder(path, make=True) as folder:
                os.replace(self._temporary, PurePosixPath(path).name, dst_dir_fd=folder)
                if sync:
                    sync_folder(folder)
        except (NotADirectoryError, IsADirectoryError):
            self._temporary.unlink(missing_ok=True)
            return False
        return True

    @contextmanager
    def _folder(self, path: str, *, make: bool) -> Iterator[int]:
        """An open descriptor of a path's folder, reached step by step without following a link."""
        folder = os.open(self._root, os.O_RDONLY | os.O_DIRECTORY)
        try:
            for part in PurePosixPath(path).parent.parts:
                try:
                    inner = os.open(part, FOLDER, dir_fd=folder)
                except FileNotFoundError:
                    if not make:
                        raise
                    os.mkdir(part, dir_fd=folder)
                    inner = os.open(part, FOLDER, dir_fd=folder)
                os.close(folder)
                folder = inner
            yield folder
        finally:
            os.close(folder)


def blob_id(content: bytes, like: Change) -> str:
    """The id that git gives to a file's content, in the hash of *like*."""
    sha256 = len(like.after or like.before or "") == 64
    return hashlib.new("sha256" if sha256 else "sha1", b"blob %d\0" % len(content) + content).hexdigest()
