"""Removes what a killed git has left in the repository: locks that nobody holds, and unfinished packs.

Git removes its lock files itself, but not after SIGKILL or a power loss, and then refuses to work. A lock is removed
only while we hold our own, only where no git process of this repository is alive, and only where it is one of these:
it appeared while a git command of ours was at work which a signal ended; it is that of our own run which did not come
to its end; it is so old that no git command can still be at it. A git that ends with an exit code leaves no lock of
its own, so what stands in its way is somebody else's.
"""

import logging
import os
import time
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

from newsmirror.private import private_folder

logger = logging.getLogger(__name__)
Present = tuple[Path, tuple[int, int]]
"""A file, and its number and time: what tells it from a later one of the same name."""

OLD = 3600.0
"""Seconds. No step of git holds a lock for so long, but one that waits for a person (whose process is alive)."""
PATIENCE = 2.0
"""Seconds that the children of a killed run get to end."""
SLACK = 2.0
"""Seconds by which file systems' times may be coarser than the clock."""


def remove_stale(root: Path, branch: str, *, died: float | None) -> list[str]:
    """Remove what is stale; returns the names, relative to ``.git``.

    *died* is when the run before began, if it did not come to its end (seconds since 1970, by the file system).
    """
    folder = root / ".git"
    found = [path for path in _candidates(folder, branch) if _is_ours_or_old(path, died)]
    if died is not None:
        reports = folder.glob("fast_import_crash_*")
        found += [path for path in (*_packs_without_index(folder), *reports) if _is_after(path, died)]
    return _remove(root, folder, found)


def remove_old(place: Path, branch: str) -> None:
    """Remove old locks in a repository elsewhere on this disk that is pushed to; its push may have been killed, too."""
    folder = place / ".git" if (place / ".git").is_dir() else place
    _remove(place, folder, [path for path in _candidates(folder, branch) if _is_ours_or_old(path, None)])


def present(root: Path, branch: str) -> frozenset[Present]:
    """The locks and unfinished packs that are there: to be asked before a git command begins."""
    found = ((path, _identity(path)) for path in _candidates(root / ".git", branch))
    return frozenset((path, identity) for path, identity in found if identity)


def remove_left(root: Path, branch: str, *, before: frozenset[Present]) -> bool:
    """Remove what a git command of ours has left that a signal has ended; *before* is what was there before it began.

    False where something stays because another git is at work.
    """
    left = [path for path, _ in sorted(present(root, branch) - before)]
    return not left or bool(_remove(root, root / ".git", left))


def _remove(root: Path, folder: Path, found: list[Path]) -> list[str]:
    if not found or is_in_use(root, found):
        return []
    removed = []
    for path in found:
        path.unlink(missing_ok=True)
        removed.append(path.relative_to(folder).as_posix())
    logger.warning("Removed what a git that is gone had left: %s", ", ".join(removed))
    return removed


def _candidates(folder: Path, branch: str) -> Iterator[Path]:
    """The locks that our git commands take, and the packs that they make in place."""
    locks = (
        "index.lock",
        "HEAD.lock",
        "packed-refs.lock",
        f"refs/heads/{branch}.lock",
        "objects/info/multi-pack-index.lock",
        "config.lock",
        "newsmirror/index.new.lock",
    )
    packs = folder / "objects" / "pack"
    yield from (folder / name for name in locks)
    for pattern in ("tmp_*", ".tmp-*"):
        yield from packs.glob(pattern)


def _packs_without_index(folder: Path) -> Iterator[Path]:
    """What a run leaves that is killed between moving a pack and its index. An old one may be all there is of it."""
    for pack in (folder / "objects" / "pack").glob("pack-*.pack"):
        if not pack.with_suffix(".idx").exists():
            yield pack


def _is_ours_or_old(path: Path, died: float | None) -> bool:
    try:
        found = path.lstat()
    except OSError:
        return False
    if found.st_uid != os.geteuid():
        return False
    return (died is not None and _is_after(path, died)) or found.st_mtime < time.time() - OLD


def _is_after(path: Path, began: float) -> bool:
    return path.stat().st_mtime >= began - SLACK


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.lstat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


def is_in_use(root: Path, files: Collection[Path] = ()) -> bool:
    """Whether a git process works in this repository, or any process has one of these files open.

    Our own children do not count: while we ask, none is alive that takes locks. Those that are just ending are waited
    for. Where the system does not tell of processes (no ``/proc``), all repositories count as in use.
    """
    root, files, end = root.resolve(), {file.resolve() for file in files}, time.monotonic() + PATIENCE
    while not Path("/proc/self").exists() or any(_uses(other, root, files) for other in _others()):
        if time.monotonic() > end:
            return True
        time.sleep(0.05)
    return False


def _others() -> Iterator[Path]:
    """All processes that are not our children."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if int(_stat(process)[1]) == os.getpid():
                continue
        except OSError:  # ended meanwhile
            continue
        yield process


def _uses(process: Path, root: Path, files: Collection[Path]) -> bool:
    """Whether a process holds a file or is a git command in the repository (pushes run in a folder of ours in it)."""
    try:
        is_git = _is_git(process)
        words = (process / "cmdline").read_bytes().split(b"\0")
        if is_git and not any(words) and not _is_over(process):
            return True  # just starting: its words are not there yet, so what it works in is not known
        found = list(_open_places(process))
    except OSError:  # ended meanwhile, or another user's, who cannot write here
        return False
    if any(place in files for place in found):
        return True
    private = private_folder(root)
    inside = any(place.is_relative_to(root) and not place.is_relative_to(private) for place in found)
    return is_git and (inside or any(os.fsencode(root) in word for word in words))


def _open_places(process: Path) -> Iterator[Path]:
    """Its working directory and its open files."""
    yield (process / "cwd").readlink()
    for descriptor in (process / "fd").iterdir():
        with suppress(FileNotFoundError):  # closed since it was listed, which says nothing of the others
            yield descriptor.readlink()


def _is_git(process: Path) -> bool:
    """By its name, or by its program: a process that is just starting may still bear the name of who started it."""
    if (process / "comm").read_text(encoding="utf-8", errors="replace").startswith("git"):
        return True
    try:
        return (process / "exe").readlink().name.startswith("git")
    except OSError:  # the kernel's own, ended, or another user's
        return False


def _is_over(process: Path) -> bool:
    """Whether it has ended and only waits for its parent to notice."""
    return _stat(process)[0] in (b"Z", b"X")


def _stat(process: Path) -> list[bytes]:
    """Its state, the number of its parent, and what else follows its name (proc_pid_stat(5))."""
    return (process / "stat").read_bytes().rpartition(b") ")[2].split()
