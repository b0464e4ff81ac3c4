"""Keeps the repository small and says how large it is. Nothing here is needed for a commit to be complete.

Each run leaves two packs, with lists and trees stored whole. Once there are `MANY_PACKS`, the small ones are put
together (``git repack --geometric``), and lists and trees become differences to their older versions. That costs what
has come in since, not the archive; a large pack is written anew only when as much again has come.
"""

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from newsmirror.durable import require_space, writing
from newsmirror.exceptions import GitError, NoSpaceError
from newsmirror.git import Repository
from newsmirror.packs import held
from newsmirror.paths import is_article_file

logger = logging.getLogger(__name__)

MANY_PACKS = 12
MANY_FILES = 10_000
"""Of articles; a commit with more is the first of a mirror or the end of an outage, and its cost would say little."""
ALL_PACKS = 250
"""As the factor between packs: few are that much larger than the next. Git takes up to 4 billion divided by objects."""
GC_SECONDS = 12 * 3600
"""So long git itself believes that a ``gc.pid`` is of a living process."""
NEIGHBOURS = 3
"""Objects that each one is compared with for its cost. Its older version is the next one; with git's own 10 the sum is
one part in 10,000 smaller, and takes a third longer."""
FRUGAL = ("-c", "pack.threads=1", "-c", "pack.windowMemory=64m", "-c", "pack.deltaCacheSize=32m")
"""For a small machine: git's own limits are the machine's."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a commit adds to the packed repository, as a push would send it, in bytes."""

    added: int
    beyond: int
    """Of it, what belongs to no article: lists, the front page, feeds, ``data/``, trees, the commit."""


@dataclass(frozen=True, slots=True)
class Size:
    """What a run says of the repository's size."""

    packed: int | None = None
    """Bytes of all objects on the disk; None where git cannot tell."""
    cost: Cost | None = None
    """Of this run's commit, None where there is none or it is too large to ask."""


def look_after(
    repository: Repository, base: str | None, commit: str | None, written: Iterable[str] = (), *, whole: bool = False
) -> Size:
    """Put packs together where it is time, and say how large the repository is and what this run has added.

    *written* are the paths of *commit*, which stands on *base*. Without a commit nothing is written. *whole*: the
    commit may have changed everything, so look for differences to everything.
    """
    cost = None
    try:
        if commit and base and (articles := list(filter(is_article_file, written)))[:MANY_FILES] == articles:
            cost = commit_cost(repository, base, commit, articles)
        if commit:
            tidy(repository, whole=whole)
        return Size(packed_size(repository), cost)
    except GitError as error:
        logger.warning("The size of the repository is not known (%s); monitors see that of the run before", error)
        return Size(cost=cost)


def commit_cost(repository: Repository, base: str, commit: str, articles: Iterable[str]) -> Cost:
    """What *commit* adds to *base*; *articles* are the paths of articles' files in it. Raises GitError."""
    words = ("--revs", "--thin", "--stdout", "--delta-base-offset", "--quiet", f"--window={NEIGHBOURS}")
    pipe = repository.pipe(*FRUGAL, "pack-objects", *words)
    pipe.write([f"{commit}\n^{base}\n".encode()])
    added = pipe.count()
    source, text = iter(articles), 0
    while chunk := list(islice(source, 500)):
        asked = "".join(f"{commit}:{path}\n" for path in chunk).encode()
        sizes = repository.run("cat-file", "--batch-check=%(objectsize:disk)", stdin=asked).split(b"\n")
        text += sum(int(size) for size in sizes if size.isdigit())
    return Cost(added, max(0, added - text))


def packed_size(repository: Repository) -> int:
    """Bytes of all objects of the repository on the disk, packed and loose. Raises GitError."""
    lines = repository.run("count-objects", "-v").decode().splitlines()
    found = dict(line.split(": ", 1) for line in lines)
    return 1024 * (int(found["size"]) + int(found["size-pack"]))


def tidy(repository: Repository, *, whole: bool = False) -> None:
    """Put the small packs together where there are many (or all of them); a failure is a warning.

    Objects that nothing names are kept: they may be a person's.
    """
    folder = repository.root / ".git" / "objects" / "pack"
    sizes = sorted(path.stat().st_size for path in folder.glob("*.pack"))
    if (len(sizes) < MANY_PACKS and not whole) or _is_being_packed(repository.root / ".git" / "gc.pid"):
        return
    small = sum(sizes[:-1])
    factor = ALL_PACKS if whole else 2
    try:
        require_space(repository.private, small if 2 * small < sizes[-1] and not whole else small + sizes[-1], 16)
        with writing("the folder .git/newsmirror"), held(folder, repository.private / "packs"):
            repository.run(*FRUGAL, "repack", f"--geometric={factor}", "-d", "-n", "--quiet")
    except (GitError, NoSpaceError) as error:
        logger.warning("The repository's packs could not be put together (%s); the next run tries again", error)


def _is_being_packed(note: Path) -> bool:
    """Whether somebody's ``git gc`` is at work."""
    try:
        return time.time() - note.stat().st_mtime < GC_SECONDS
    except OSError:
        return False
