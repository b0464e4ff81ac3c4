"""Removes what a killed git has left in the repository: locks that nobody holds, and unfinished packs.

Git removes its lock files itself, but not after SIGKILL or a power loss, and then refuses to work. A lock is removed
only while we hold our own, only where no git process of this repository is alive, and only where it is that of our
own run which did not come to its end, or so old that no git command can still be at it.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path

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
    if not found or is_in_use(root):
        return []
    removed = []
    for path in found:
        path.unlink(missing_ok=True)
        removed.append(path.relative_to(folder).as_posix())
    return removed


def _candidates(folder: Path, branch: str) -> Iterator[Path]:
    """The locks that our git commands take, and the packs that they make in place."""
    locks = (
        "index.lock",
        "HEAD.lock",
        "packed-refs.lock",
        f"refs/heads/{branch}.lock",
        "objects/info/multi-pack-index.lock",
    )
    packs = folder / "objects" / "pack"
    yield from (folder / name for name in locks)
    for pattern in ("tmp_*", ".tmp-*"):
        yield from packs.glob(pattern)


def _is_ours_or_old(path: Path, died: float | None) -> bool:
    try:
        found = path.lstat()
    except OSError:
        return False
    if found.st_uid != os.geteuid():
        return False
    return (died is not None and found.st_mtime >= died - SLACK) or found.st_mtime < time.time() - OLD


def is_in_use(root: Path) -> bool:
    """Whether a git process works in this repository, those that are just ending left aside.

    Where the system does not tell of processes (no ``/proc``), all repositories count as in use.
    """
    root, end = root.resolve(), time.monotonic() + PATIENCE
    while any(_works_in(process, root) for process in Path("/proc").glob("[0-9]*")) or not Path("/proc/self").exists():
        if time.monotonic() > end:
            return True
        time.sleep(0.05)
    return False


def _works_in(process: Path, root: Path) -> bool:
    """Whether a process is a git command in this repository; those of pushes (in a folder of ours) are not meant."""
    try:
        if not (process / "comm").read_text(encoding="utf-8", errors="replace").startswith("git"):
            return False
        words = (process / "cmdline").read_bytes().split(b"\0")
        places = [process / "cwd", *(process / "fd").iterdir()]
        found = [place.readlink() for place in places]
    except OSError:  # ended meanwhile, or another user's, who cannot write here
        return False
    private = root / ".git" / "newsmirror"
    inside = any(place.is_relative_to(root) and not place.is_relative_to(private) for place in found)
    return inside or any(os.fsencode(root) in word for word in words)
