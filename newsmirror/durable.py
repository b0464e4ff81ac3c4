"""Files that survive: words for a refusing disk, writes that are on the disk when they return, space. Pure stdlib."""

import errno
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from newsmirror.exceptions import NoSpaceError

UNWRITABLE = {
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EROFS,
    errno.EACCES,
    errno.EPERM,
    errno.ENOTDIR,
    errno.EEXIST,
    errno.EISDIR,
    errno.EFBIG,
    errno.EIO,
}
NO_FOLDER_SYNC = {errno.EINVAL, errno.ENOTSUP, errno.EBADF}
"""What file systems answer that cannot sync a folder (some network and FUSE ones); they order it themselves."""
RESERVE_BYTES = 4 * 1024 * 1024
RESERVE_FILES = 64
"""Left free besides what a run writes: git's temporary files, the state's log and the status need room."""


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


def sync_folder(folder: Path | int) -> None:
    """Return when the names in a folder (path or open descriptor) are on the disk. Raises OSError."""
    descriptor = folder if isinstance(folder, int) else os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in NO_FOLDER_SYNC:
            raise
    finally:
        if not isinstance(folder, int):
            os.close(descriptor)


def swap_file(target: Path, content: bytes) -> None:
    """Give a file a new content, whole or not at all; a loss of power may undo it. Raises OSError."""
    temporary = target.with_name(f"{target.name}.new")
    temporary.write_bytes(content)
    temporary.replace(target)


def replace_file(target: Path, content: bytes) -> None:
    """As `swap_file`, and on the disk on return. Raises OSError."""
    temporary = target.with_name(f"{target.name}.new")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(target)
    sync_folder(target.parent)


def require_space(folder: Path, more: int, files: int) -> None:
    """Raise NoSpaceError where the disk of *folder* has no room for that many bytes and files besides a reserve."""
    disk = os.statvfs(folder)
    if disk.f_bavail * disk.f_frsize < more + RESERVE_BYTES:
        needed = (more + RESERVE_BYTES) // 1024**2
        raise NoSpaceError(f"the disk has less than the {needed} MB free that the next step may need; free space")
    if disk.f_files and disk.f_favail < files + RESERVE_FILES:
        raise NoSpaceError("the disk has too few free inodes for more files; remove files or use another disk")


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Keep the signals that end a run from the children that are started meanwhile, for a short, vital step.

    A Ctrl-C in a terminal reaches git as well as us. Our own handlers only ask for an end, git would be cut off.
    """
    held = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, held)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
