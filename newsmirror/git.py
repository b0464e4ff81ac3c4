"""The git repository of the working copy. With `gitprocess`, `gitside` and `gitpush`, the user of GitPython.

All of git is reached through GitPython's command interface with a pinned repository and a configuration of our own.
GitPython's `Repo` is not used: it follows ``core.worktree``, reads included files of the repository's configuration,
and takes a working copy with a file ``HEAD`` for a repository. Making commits is in `commits`.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from subprocess import PIPE
from typing import IO, Any

from git.cmd import Git
from git.exc import CommandError

from newsmirror.exceptions import GitError, RefusedError
from newsmirror.gitconfig import forget_git_environment, safe_environment
from newsmirror.gitprocess import Pipe, failure
from newsmirror.private import private_folder
from newsmirror.stale import present, remove_left

SECONDS = 1800.0
"""After so long a git command on the local disk counts as hanging and is killed."""
NO_INDEX = "no-index"
"""Never there. Git reads the index for questions that have nothing to do with it (``diff-tree``), and a sparse one it
makes a full one first: five seconds at a million articles. `gitindex` names the real one."""
AT_ONCE = 500
"""Paths and files asked for at once; some megabytes at most, whatever the size of the archive."""


@dataclass(frozen=True, slots=True)
class Change:
    """One path that differs between two commits."""

    path: str
    before: str | None
    """Id of the content in the older commit, None where it is new."""
    after: str | None
    """Id of the content in the newer commit, None where it is gone or no ordinary file."""


class Repository:
    """One ordinary repository and the branch that we write."""

    def __init__(self, root: Path, branch: str):
        """Open the repository at *root*. Raises RefusedError where there is none or it is not usable."""
        self.root, self.branch, self.ref = root, branch, f"refs/heads/{branch}"
        self.is_held = False
        """Whether the lock of a run is ours: only then what a killed git leaves is removed."""
        self.is_clean = True
        """False where a killed git has left something that could not be removed."""
        self._changed: tuple[tuple[str | None, str, int], list[Change]] | None = None
        self._git = _command(root)
        folder = root / ".git"
        if not os.path.lexists(folder) and not (root / "objects").is_dir():
            raise RefusedError("NEWSMIRROR_REPO is not a git working copy; name an empty or a new folder")
        if folder.is_symlink() or not folder.is_dir():
            raise RefusedError("NEWSMIRROR_REPO is a bare or linked repository; name an ordinary working copy")
        self._check()

    def _check(self) -> None:
        try:
            said = self.run("rev-parse", "--is-bare-repository", "--is-shallow-repository").split()
        except GitError as error:
            raise RefusedError(f"git cannot read the working copy: {error}") from error
        if said[0] == b"true":
            raise RefusedError("NEWSMIRROR_REPO is a bare or linked repository; name an ordinary working copy")
        if said[1] == b"true":
            raise RefusedError("NEWSMIRROR_REPO is a shallow clone; run git fetch --unshallow in it")

    @classmethod
    def create(cls, root: Path, branch: str) -> "Repository":
        """Make a new repository in an existing folder; no template of the operator's takes part."""
        git = _command(root)
        git.execute(["git", "init", "--quiet", "--template=", f"--initial-branch={branch}"], kill_after_timeout=SECONDS)
        return cls(root, branch)

    def run(
        self,
        *words: str,
        stdin: IO[bytes] | bytes = b"",
        environment: Mapping[str, str] | None = None,
        seconds: float = SECONDS,
    ) -> bytes:
        """Run ``git words`` on this repository and return what it printed. Raises GitError."""
        with self._clearing():
            if not isinstance(stdin, bytes):
                return self._execute(words, stdin, environment, seconds)
            if not stdin:
                return self._execute(words, None, environment, seconds)
            with _file_of(stdin) as file:
                return self._execute(words, file, environment, seconds)

    def _execute(
        self, words: Iterable[str], stdin: IO[bytes] | None, environment: Mapping[str, str] | None, seconds: float
    ) -> bytes:
        try:
            said: Any = self._git.execute(
                ["git", *words], istream=stdin, env=environment, kill_after_timeout=seconds,  # type: ignore[arg-type]
                stdout_as_string=False, strip_newline_in_stdout=False,
            )  # fmt: skip
        except (CommandError, OSError) as error:
            raise failure(error) from error
        return bytes(said)

    @contextmanager
    def _clearing(self) -> Iterator[None]:
        """Remove the locks of a command that is killed meanwhile."""
        before = present(self.root, self.branch)
        try:
            yield
        except GitError as error:
            if self.is_held and error.was_killed and not remove_left(self.root, self.branch, before=before):
                self.is_clean = False
            raise

    def pipe(self, *words: str, environment: Mapping[str, str] | None = None) -> "Pipe":
        """Start ``git words`` and keep it open for questions and answers. Raises GitError."""
        try:
            return Pipe(self._git.execute(["git", *words], istream=PIPE, as_process=True, env=environment))
        except (CommandError, OSError) as error:
            raise failure(error) from error

    @property
    def private(self) -> Path:
        """A folder inside ``.git`` for our own files; never published."""
        return private_folder(self.root)

    # What is there

    def current_branch(self) -> str | None:
        """The branch that is checked out, None for a detached head."""
        head = (self.root / ".git" / "HEAD").read_text(encoding="utf-8", errors="replace").strip()
        return head.removeprefix("ref: refs/heads/") if head.startswith("ref: ") else None

    def tip(self) -> str | None:
        """Id of the newest commit of our branch, None before the first."""
        try:
            return self.run("rev-parse", "--verify", "--quiet", f"{self.ref}^{{commit}}").decode().strip()
        except GitError as error:
            if error.status == 1 and not str(error) and not os.path.lexists(self.root / ".git" / self.ref):
                return None
            why = str(error) or f"{self.ref} is damaged"
            raise RefusedError(f"git cannot read the working copy: {why}") from error

    def remote_url(self, name: str | None = None) -> str | None:
        """Address of a remote, of the first one where no name is given; None where there is none."""
        try:
            lines = self.run("config", "--local", "-z", "--get-regexp", r"^remote\..*\.url$").decode().split("\0")
        except GitError:
            return None
        pairs = [line.partition("\n") for line in lines if line]
        found = {key.removeprefix("remote.").removesuffix(".url"): url for key, _, url in reversed(pairs)}
        return found.get(name) if name else next(reversed(found.values()), None)

    def kinds(self, commit: str, folder: str = "") -> dict[str, str]:
        """What the names in a folder of a commit are: ``blob``, ``tree``, ``commit`` (a submodule) or ``link``.

        By their paths; none where there is no such folder. Without *folder*, the names at the top.
        """
        words = ("ls-tree", "-z", "--full-tree", commit, "--", *([f"{folder}/"] if folder else []))
        listed = self.run(*words).decode(errors="surrogateescape").split("\0")
        pairs = (entry.partition("\t") for entry in listed if entry)
        return {name: "link" if head.startswith("120000") else head.split()[1] for head, _, name in pairs}

    def contents(self, paths: Iterable[str]) -> dict[str, bytes]:
        """Content of those files that the newest commit holds."""
        wanted = [path for path in paths if "\n" not in path]
        found = self.blobs(f"{self.ref}:{path}" for path in wanted) if wanted and self.tip() else iter(())
        return {path: content for path, content in zip(wanted, found, strict=False) if content is not None}

    def blobs(self, names: Iterable[str]) -> Iterator[bytes | None]:
        """The files with these names (``<id>`` or ``<commit>:<path>``, no line breaks), None for what is no file."""
        wanted = iter(names)
        while some := list(islice(wanted, AT_ONCE)):
            yield from self._batch(some)

    def _batch(self, names: list[str]) -> Iterator[bytes | None]:
        answer = self.run("cat-file", "--batch", stdin="".join(f"{name}\n" for name in names).encode())
        position = 0
        for _ in names:
            end = answer.index(b"\n", position)
            header = answer[position:end].split()
            position = end + 1
            if header[-1:] == [b"missing"]:
                yield None
                continue
            size = int(header[-1])
            yield answer[position : position + size] if header[-2] == b"blob" else None
            position += size + 1

    def data_names(self, commit: str, *, newest_first: bool = False) -> Iterator[str]:
        """The files of ``data/`` that hold a day each, in order; those of single articles beside them are left out.

        A folder is looked at when its turn comes, so that the first few names cost the same in any archive.
        """
        for year in self._below(commit, "data", "tree", newest_first):
            for month in self._below(commit, year, "tree", newest_first):
                days = self._below(commit, month, "blob", newest_first)
                yield from (name for name in days if name.endswith(".jsonl"))

    def _below(self, commit: str, folder: str, kind: str, newest_first: bool) -> list[str]:
        found = self.kinds(commit, folder).items()
        return sorted((name for name, what in found if what == kind), reverse=newest_first)

    def changes(self, old: str | None, new: str, *folders: str) -> list[Change]:
        """What differs from commit *old* (None: nothing there yet) to *new*, all or below *folders*.

        Raises GitError where a commit is not there.
        """
        return list(self.each_change(old, new, *folders))

    def first_changes(self, old: str | None, new: str, number: int) -> list[Change]:
        """The first so many changes from *old* to *new*; asked for again, they are remembered. Raises GitError."""
        if self._changed is None or self._changed[0] != (old, new, number):
            self._changed = (old, new, number), list(islice(self.each_change(old, new), number))
        return self._changed[1]

    def each_change(self, old: str | None, new: str, *folders: str) -> Iterator[Change]:
        """The same one by one, as git finds them: an archive is not held in memory."""
        words = ("diff-tree", "-r", "-z", "--raw", "--no-abbrev", "--no-renames", "--no-ext-diff")
        pipe = self.pipe(*words, old or self.empty_tree(new), new, "--", *folders)
        try:
            parts = (part.decode(errors="surrogateescape") for part in pipe.parts(b"\0"))
            yield from map(_change, parts, parts)
            pipe.finish()
        finally:
            pipe.close()

    def empty_tree(self, like: str) -> str:
        """Id of the tree without files, which git knows without having it, in the hash of the id *like*."""
        return hashlib.new("sha1" if len(like) == 40 else "sha256", b"tree 0\0").hexdigest()

    def has(self, commit: str) -> bool:
        """Whether git still has a commit."""
        try:
            self.run("cat-file", "-e", f"{commit}^{{commit}}")
        except GitError:
            return False
        return True

    def holds(self, older: str, newer: str) -> bool:
        """Whether commit *older* is *newer* or one of those that it stands on."""
        if older == newer:
            return True
        try:
            self.run("merge-base", "--is-ancestor", older, newer)
        except GitError:
            return False
        return True


def _file_of(content: bytes) -> IO[bytes]:
    """An open file with this content; in memory where the system can: questions are asked on full disks, too."""
    file: IO[bytes] = (
        os.fdopen(os.memfd_create("newsmirror"), "w+b") if hasattr(os, "memfd_create") else tempfile.TemporaryFile()  # noqa: SIM115
    )
    file.write(content)
    file.seek(0)
    return file


def _command(root: Path) -> Git:
    forget_git_environment()
    git = Git(root)  # a Path is taken as it is; in a string $ and ~ would be expanded
    places = {
        "GIT_DIR": str(root / ".git"),
        "GIT_WORK_TREE": str(root),
        "GIT_INDEX_FILE": str(root / ".git" / NO_INDEX),
    }
    git.update_environment(**safe_environment(), **places)
    return git


def _change(head: str, path: str) -> Change:
    """One entry of ``diff-tree --raw``: ``:mode mode id id status``, path."""
    old_mode, new_mode, old, new, _ = head.removeprefix(":").split()
    plain = {"100644", "100755"}
    return Change(path, old if old_mode in plain else None, new if new_mode in plain else None)
