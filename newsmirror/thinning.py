"""A large mirror's working copy shows its lists alone: git's index and the folder then cost what is shown.

That happens once, on its own. Git's own commands change it: ``git sparse-checkout add pages/2026/11`` shows a month as
well, ``git sparse-checkout disable`` everything, and the runs keep to what they find.
"""

import logging
from collections.abc import Iterator
from itertools import islice

from newsmirror.durable import replace_file, writing
from newsmirror.exceptions import GitError
from newsmirror.git import Change, Repository
from newsmirror.gitindex import Cone, GitIndex, size_of
from newsmirror.worktree import WorkTree

logger = logging.getLogger(__name__)

MANY_FILES = 300_000
"""Some 80,000 articles. The index has 30 MB then, which each run would write anew in half a second."""
SHOWN = ("feeds", "indexes")
BEGUN, DONE = b"begun\n", b"done\n"


class Thinning:
    """Takes the articles out of a working copy that has grown large; their files are in the commit."""

    def __init__(self, repository: Repository, index: GitIndex, tree: WorkTree):
        self._repository, self._index, self._tree = repository, index, tree
        self._note = repository.private / "thinned"

    def do(self, tip: str) -> None:
        """Do it where it is time, or go on where a run has begun it; the index follows *tip*. Raises NoSpaceError."""
        known = self._note.read_bytes() if self._note.exists() else b""
        if known == DONE:
            return
        try:
            if not known and not self._is_time(tip):
                return
            is_new = not known and not self._index.size()  # never filled, so there is nothing to take out
            if not self._index.cone() and not self._switch(tip):
                return
            if not is_new:
                self._take_out(tip)
            self._record(DONE)
        except GitError as error:
            logger.warning("The folder of a large mirror could not be made smaller (%s)", error)

    def _is_time(self, tip: str) -> bool:
        """Whether there are many files, and nobody has chosen what is shown or has staged anything."""
        if not self._is_large(tip) or self._index.cone():
            return False
        return not self._index.size() or self._index.equals(tip)

    def _switch(self, tip: str) -> bool:
        index = self._index.sparse_form(tip, SHOWN)
        if size_of(index) > MANY_FILES:
            return False
        self._record(BEGUN)
        if not self._index.switch(index):
            self._note.unlink()
            return False
        logger.warning(
            "The mirror has over %d files: from now on its folder shows the lists alone, the rest is in the commit; "
            "git sparse-checkout disable brings it back", MANY_FILES,
        )  # fmt: skip
        return True

    def _is_large(self, tip: str) -> bool:
        """The index tells; a working copy without one has never been filled, and its commit does."""
        if size := self._index.size():
            return size > MANY_FILES
        return next(islice(self._repository.each_change(None, tip), MANY_FILES, None), None) is not None

    def _take_out(self, tip: str) -> None:
        cone = self._index.cone()
        kept = self._tree.remove(self._outside(tip, cone)) if cone else []
        if kept:
            logger.warning("Files that somebody has changed stay in the folder: %s", some_of(kept))

    def _outside(self, tip: str, cone: Cone) -> Iterator[Change]:
        return (change for change in self._repository.each_change(None, tip) if not cone.holds(change.path))

    def _record(self, content: bytes) -> None:
        with writing("the folder .git/newsmirror"):
            replace_file(self._note, content)


def some_of(paths: list[str]) -> str:
    """The first five of many paths, for a message."""
    return ", ".join(paths[:5]) + (f" and {len(paths) - 5} more" if len(paths) > 5 else "")
