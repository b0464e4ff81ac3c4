"""Git's index, and the part of the tree that the working copy shows.

The index is the operator's own; nothing of ours depends on it but a clean ``git status``. It gets ids from commits, and
git is led to a folder without files meanwhile: even so it would read files that changed in the moment when the index
did, through the repository's filters, which are programs.

An ordinary index names every file, so that each change costs what the archive has. A *sparse* one (git's own, with
``git sparse-checkout`` in cone mode) names a folder outside the cone by one entry.
"""

import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from newsmirror.durable import sync_folder, writing
from newsmirror.exceptions import GitError
from newsmirror.git import Change, Repository

SPARSE = {"core.sparseCheckout": "true", "core.sparseCheckoutCone": "true", "index.sparse": "true"}
PATTERNS = "info/sparse-checkout"
ALWAYS = "/*\n!/*/\n"
"""What git begins the patterns of a cone with: the files at the top, and no folder but those that follow."""


@dataclass(frozen=True)
class Cone:
    """The folders that a working copy shows with all below them; the files beside them and above are shown as well."""

    folders: frozenset[str]

    @cached_property
    def _above(self) -> frozenset[str]:
        return frozenset(str(parent) for folder in self.folders for parent in PurePosixPath(folder).parents) | {"."}

    def holds(self, path: str) -> bool:
        """Whether the working copy shows a file."""
        parents = [str(parent) for parent in PurePosixPath(path).parents]
        return parents[0] in self._above or not self.folders.isdisjoint(parents)


class GitIndex:
    """The index of a working copy."""

    def __init__(self, repository: Repository):
        self._repository = repository
        self._folder = repository.root / ".git"

    def cone(self) -> Cone | None:
        """What is shown where it is not everything; None also for patterns that are no cone. Raises GitError."""
        if not (self._folder / PATTERNS).exists() or not self._is_on():
            return None
        listed = self._repository.run("sparse-checkout", "list").decode(errors="surrogateescape").splitlines()
        return Cone(frozenset(listed))

    def _is_on(self) -> bool:
        """Whether both switches of a cone are on; the last word on each counts."""
        words = ("config", "-z", "--type=bool", "--get-regexp", r"^core\.sparsecheckout(cone)?$")
        try:
            said = self._repository.run(*words).decode().split("\0")
        except GitError as error:
            if error.status == 1:
                return False
            raise
        return dict(line.split("\n") for line in said if line) == {name.lower(): "true" for name in list(SPARSE)[:2]}

    def size(self) -> int:
        """How many entries the index has; 0 where there is none."""
        try:
            with (self._folder / "index").open("rb") as file:
                return size_of(file.read(12))
        except FileNotFoundError:
            return 0

    def equals(self, commit: str) -> bool:
        """Whether nothing is staged: the index names what the commit holds."""
        try:
            self._repository.run("diff-index", "--cached", "--quiet", commit, "--", environment=self._environment())
        except GitError as error:
            if error.status == 1:
                return False
            raise
        return True

    def put(self, changes: Iterable[Change]) -> None:
        """Tell an ordinary index of files just committed; it is written anew as a whole. Raises GitError."""
        with tempfile.TemporaryFile(dir=self._repository.private) as lines:
            lines.writelines(
                f"100644 {change.after}\t{change.path}\0".encode(errors="surrogateescape")
                for change in changes
                if change.after
            )
            lines.seek(0)
            self._repository.run("-C", self._nowhere, "update-index", "-z", "--index-info",
                                 stdin=lines, environment=self._environment())  # fmt: skip

    def advance(self, old: str | None, new: str, tip: str) -> None:
        """Bring a sparse index from commit *old* to *new*, which *tip* is or stands on; it stays sparse.

        What somebody has staged stays so, unless it is in the way: then the index is that of *tip*. Raises GitError.
        """
        try:
            self._read_tree(old or self._repository.empty_tree(new), new)
        except GitError:
            self._read_tree(tip)

    def sparse_form(self, commit: str, folders: Iterable[str]) -> bytes:
        """The index of a commit for a working copy that shows the files at the top and these folders alone.

        A git before 2.37 makes one that names every file all the same; see `size_of`. Raises GitError, NoSpaceError.
        """
        new = self._repository.private / "index.new"
        with writing("the folder .git"):
            new.unlink(missing_ok=True)
            (self._folder / "info").mkdir(exist_ok=True)
            patterns = ALWAYS + "".join(f"/{folder}/\n" for folder in sorted(folders))
            (self._folder / PATTERNS).write_text(patterns, encoding="utf-8")
            configured = [word for name, value in SPARSE.items() for word in ("-c", f"{name}={value}")]
            self._read_tree(commit, configured=configured, index=str(new))
            content = new.read_bytes()
            new.unlink()
        return content

    def switch(self, content: bytes) -> bool:
        """Take *content* of `sparse_form` for the index and keep to its form; no other file is touched.

        False where somebody is at work on the index. Raises GitError, NoSpaceError.
        """
        with writing("the folder .git"):
            if not self._replace(content):
                return False
        for name, value in SPARSE.items():
            self._repository.run("config", "--local", name, value)
        return True

    def _replace(self, content: bytes) -> bool:
        """Give the index a new content by git's own rules: its lock is the new file. Raises OSError, leaving none."""
        lock = self._folder / "index.lock"
        try:
            descriptor = os.open(lock, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        except FileExistsError:
            return False
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            lock.replace(self._folder / "index")
        except OSError:
            lock.unlink(missing_ok=True)
            raise
        sync_folder(self._folder)
        return True

    def _read_tree(self, *commits: str, configured: Iterable[str] = (), index: str | None = None) -> None:
        self._repository.run("-C", self._nowhere, *configured, "read-tree", "-i", "-m", *commits,
                             environment=self._environment(index))  # fmt: skip

    def _environment(self, index: str | None = None) -> dict[str, str]:
        return {"GIT_WORK_TREE": self._nowhere, "GIT_INDEX_FILE": index or str(self._folder / "index")}

    @property
    def _nowhere(self) -> str:
        return str(self._repository.private)


def size_of(index: bytes) -> int:
    """How many entries an index has, from its first 12 bytes; 0 for what is none."""
    return int.from_bytes(index[8:12], "big") if index[:4] == b"DIRC" else 0
