"""Brings the working copy and git's index to what was committed, also when the run that committed has died."""

import logging
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from newsmirror.durable import replace_file, writing
from newsmirror.exceptions import GitError
from newsmirror.git import Change, Repository
from newsmirror.gitindex import Cone, GitIndex
from newsmirror.soundness import LOOKED_AT
from newsmirror.thinning import Thinning, some_of
from newsmirror.worktree import WorkTree

logger = logging.getLogger(__name__)

OPERATIONS = {
    "MERGE_HEAD": "a merge",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase",
    "BISECT_LOG": "a bisect",
}
"""What git leaves in its folder while a person's operation is not finished."""


def operation_of(repository: Repository) -> str | None:
    """The unfinished operation of a person that the working copy is in."""
    folder = repository.root / ".git"
    return next((words for name, words in OPERATIONS.items() if os.path.lexists(folder / name)), None)


@dataclass(frozen=True, slots=True)
class Shown:
    """Up to which commit the working copy is right, and to which it is being brought."""

    base: str | None
    commit: str
    done: bool = False

    def text(self) -> str:
        return f"{self.base or '-'} {self.commit} {'done' if self.done else 'begun'}\n"

    @classmethod
    def parse(cls, text: str) -> "Shown | None":
        words = text.split()
        if len(words) != 3:
            return None
        return cls(None if words[0] == "-" else words[0], words[1], words[2] == "done")


class Checkout:
    """The working copy as it follows the branch. What was begun is noted before the branch moves."""

    def __init__(self, repository: Repository):
        self._repository = repository
        self._tree = WorkTree(repository.root, repository.private)
        self._index = GitIndex(repository)
        self._note = repository.private / "shown"

    def begin(self, base: str | None, commit: str) -> None:
        """Note that the working copy is to go from *base* to *commit*. Raises NoSpaceError."""
        self._record(Shown(base, commit))

    def finish(self) -> None:
        """Do what was noted; a person's other branch or unfinished operation is left alone. Raises NoSpaceError."""
        shown, repository = self._read(), self._repository
        if shown is None or repository.current_branch() != repository.branch or operation_of(repository):
            return
        tip = repository.tip()
        if tip is None or not repository.holds(shown.commit, tip):
            return
        if shown.base and not repository.has(shown.base):  # somebody has rewritten the branch and removed what it was
            return
        if shown.done or shown.base is None:
            Thinning(repository, self._index, self._tree).do(tip)
        self._follow(_Step(repository, shown, tip, self._index.cone()))

    def _follow(self, step: "_Step") -> None:
        if step.shown.done:
            if step.shown.base is None and step.cone:  # all of a large mirror; to find the few files takes long
                return
            changes = self._repository.first_changes(step.shown.base, step.shown.commit, LOOKED_AT + 1)
            if len(changes) <= LOOKED_AT:  # disks lie about what they have
                self._tree.show(step.shown_of(changes), self._repository.blobs)
            return
        if kept := self._tree.show(step.changes(), self._repository.blobs):
            logger.warning(
                "Somebody has changed files of the mirror; the commit has ours, the folder theirs: %s", some_of(kept)
            )
        self._refresh_index(step)

    def _refresh_index(self, step: "_Step") -> None:
        shown = step.shown
        try:
            if step.cone is None:
                self._index.put(step.changes())
            else:
                self._index.advance(shown.base, shown.commit, step.tip)
        except GitError as error:
            logger.warning("The commit is made, but git's index was not refreshed (%s); the next run will do it", error)
            return
        self._record(Shown(shown.base, shown.commit, done=True))

    def _read(self) -> Shown | None:
        try:
            return Shown.parse(self._note.read_text(encoding="ascii", errors="replace"))
        except FileNotFoundError:
            return None

    def _record(self, shown: Shown) -> None:
        with writing("the folder .git/newsmirror"):
            replace_file(self._note, shown.text().encode())


@dataclass(frozen=True)
class _Step:
    """What the working copy has to follow."""

    repository: Repository
    shown: Shown
    tip: str
    cone: Cone | None

    def changes(self) -> Iterator[Change]:
        """What the noted commit changed, and no later one did, of what is shown."""
        return self.shown_of(self.repository.each_change(self.shown.base, self.shown.commit))

    def shown_of(self, changes: Iterable[Change]) -> Iterator[Change]:
        """Those of these changes."""
        for change in changes:
            if change.path not in self._later and (self.cone is None or self.cone.holds(change.path)):
                yield change

    @cached_property
    def _later(self) -> set[str]:
        if self.tip == self.shown.commit:
            return set()
        return {change.path for change in self.repository.each_change(self.shown.commit, self.tip)}
