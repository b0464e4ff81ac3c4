"""The git repository of the working copy. The only user of GitPython and of git.

Commits are made with ``git fast-import``: its cost follows the new files and not the archive, it needs
no index and takes no lock file, so a dirty index or a stale ``index.lock`` does not matter, and nothing
but the named paths can get into a commit. Author and committer are the same fixed identity, all times
are UTC.
"""

import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from git import Repo
from git.exc import GitCommandError, GitCommandNotFound, GitError, InvalidGitRepositoryError, NoSuchPathError

from newsmirror.exceptions import CommitError, RefusedError
from newsmirror.items import OutputFile

OUR_PATH = re.compile(r"(?:(?!\.{1,2}/|\.git/)[^/\x00-\x1f]+/)*(?!\.{1,2}$|\.git$)[^/\x00-\x1f]+")
"""What fast-import of git 2.39 does not check by itself: no way out of the tree, nothing inside ``.git``."""
CONFIGURATION = {
    "core.hooksPath": "/dev/null",
    "core.fsmonitor": "false",
    "core.autocrlf": "false",
    "core.attributesFile": "/dev/null",
    "core.quotePath": "false",
    "core.protectNTFS": "true",
    "core.protectHFS": "true",
    "commit.gpgSign": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "submodule.recurse": "false",
}
"""Given by the environment, so that no configuration of the repository or the operator's home wins."""


def safe_environment(further: Mapping[str, str] | None = None) -> dict[str, str]:
    """What every git process of ours gets besides the ordinary environment; *further* is more configuration."""
    configuration = CONFIGURATION | dict(further or {})
    environment = {
        "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_REPLACE_OBJECTS": "1", "LC_ALL": "C.UTF-8", "TZ": "UTC",
        "GIT_CONFIG_COUNT": str(len(configuration)),
    }  # fmt: skip
    for number, (key, value) in enumerate(configuration.items()):
        environment |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return environment


def forget_git_environment() -> None:
    """Drop every ``GIT_…`` variable of this process: they would lead git to another repository or index."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        del os.environ[name]


class Repository:
    """One non-bare repository and the branch that we write."""

    def __init__(self, root: Path, branch: str):
        """Open the repository at *root*. Raises RefusedError where there is none or it is not usable."""
        forget_git_environment()
        try:
            self._repo = Repo(root, search_parent_directories=False, expand_vars=False)
        except (InvalidGitRepositoryError, NoSuchPathError) as error:
            raise RefusedError("NEWSMIRROR_REPO is not a git working copy; name an empty or a new folder") from error
        self.root = root
        self.branch = branch
        self._ref = f"refs/heads/{branch}"
        self._repo.git.update_environment(**safe_environment())
        if self._repo.bare or not (root / ".git").is_dir():
            raise RefusedError("NEWSMIRROR_REPO is a bare or linked repository; name an ordinary working copy")

    @classmethod
    def create(cls, root: Path, branch: str) -> "Repository":
        """Make a new repository in an existing folder."""
        forget_git_environment()
        repo = Repo.init(root, mkdir=False, expand_vars=False, initial_branch=branch)
        repo.close()
        return cls(root, branch)

    def close(self) -> None:
        self._repo.close()

    @property
    def private(self) -> Path:
        """A folder inside ``.git`` for our own files; never published."""
        return self.root / ".git" / "newsmirror"

    def current_branch(self) -> str | None:
        """The branch that is checked out, None for a detached head."""
        head = (self.root / ".git" / "HEAD").read_text(encoding="utf-8").strip()
        return head.removeprefix("ref: refs/heads/") if head.startswith("ref: ") else None

    def tip(self) -> str | None:
        """Id of the newest commit of our branch, None before the first."""
        try:
            return str(self._repo.git.rev_parse("--verify", "--quiet", f"{self._ref}^{{commit}}"))
        except GitCommandError as error:
            if error.status == 1 and not error.stderr:
                return None
            raise RefusedError(f"git cannot read the working copy: {plain_words(error)}") from error

    def remote_url(self, name: str | None = None) -> str | None:
        """Address of a remote, of the first one where no name is given; None where there is none."""
        remotes = {remote.name: remote for remote in self._repo.remotes}
        chosen = remotes.get(name) if name else next(iter(remotes.values()), None)
        return str(chosen.url) if chosen else None

    def top_level(self) -> list[str]:
        """Names at the top of the newest commit's tree."""
        names = self._repo.git.ls_tree("-z", "--name-only", self._ref)
        return [name for name in names.split("\0") if name]

    def contents(self, paths: Iterable[str]) -> dict[str, bytes]:
        """Content of those files that the newest commit holds."""
        wanted = list(paths)
        if not wanted or self.tip() is None:
            return {}
        return dict(self._read_blobs([path for path in wanted if "\n" not in path]))

    def sample_data(self) -> dict[str, bytes]:
        """A few files under ``data/`` of the newest commit: enough to tell whose they are, whatever their number."""
        return self.contents(self._data_names()[:3])

    def data_files(self) -> dict[str, bytes]:
        """The files under ``data/`` of the newest commit that have a line an article."""
        return self.contents(self._data_names())

    def _data_names(self) -> list[str]:
        names = self._repo.git.ls_tree("-r", "-z", "--name-only", self._ref, "--", "data/")
        return [name for name in names.split("\0") if name.endswith(".jsonl")]  # the others are records

    def _read_blobs(self, paths: list[str]) -> Iterator[tuple[str, bytes]]:
        with tempfile.TemporaryFile() as questions:
            questions.write("".join(f"{self._ref}:{path}\n" for path in paths).encode())
            questions.seek(0)
            answer: bytes = self._repo.git.cat_file(
                "--batch", istream=questions, stdout_as_string=False, strip_newline_in_stdout=False
            )
        position = 0
        for path in paths:
            end = answer.index(b"\n", position)
            header = answer[position:end].split()
            position = end + 1
            if header[-1:] == [b"missing"]:
                continue
            size = int(header[-1])
            if header[-2] == b"blob":
                yield path, answer[position : position + size]
            position += size + 1

    def data_changed(self, since: str) -> bool:
        """Whether ``data/`` differs between the commit *since* and the newest one; True where it is unknown."""
        try:
            self._repo.git.diff("--quiet", since, self._ref, "--", "data/")
        except GitCommandError:
            return True
        return False

    def commit(self, files: Iterable[OutputFile], message: str, *, author: tuple[str, str], when: datetime) -> str:
        """Commit these files on top of the branch and return the commit's id.

        *message* is ASCII, *when* aware. The branch moves only if it still is where the commit was built
        on. Raises CommitError with git's reason.
        """
        chosen = list(files)
        if strange := next((file.path for file in chosen if not OUR_PATH.fullmatch(file.path)), None):
            raise CommitError(f"git did not take the commit: {strange[:80]} is no path of the tree")
        before = self.tip()
        identity = f"{author[0]} <{author[1]}> {int(when.timestamp())} +0000"
        head = f"commit {self._ref}\nauthor {identity}\ncommitter {identity}\ndata {len(message)}\n{message}\n"
        with tempfile.TemporaryFile() as stream:
            stream.write(head.encode() + (f"from {before}\n".encode() if before else b""))
            for file in chosen:
                stream.write(f"M 100644 inline {_quoted(file.path)}\ndata {len(file.content)}\n".encode())
                stream.write(file.content + b"\n")
            stream.write(b"done\n")
            stream.seek(0)
            try:
                self._repo.git.fast_import("--quiet", "--done", istream=stream)
            except (GitError, OSError) as error:
                raise CommitError(f"git did not take the commit: {plain_words(error)}") from error
        after = self.tip()
        if after is None or after == before:
            raise CommitError("git did not move the branch; look for another program that writes this repository")
        return after

    def refresh_index(self, paths: Iterable[str]) -> str | None:
        """Tell the working copy's index of files just committed; returns the reason where git cannot.

        The index is the operator's own; nothing of ours depends on it but a clean ``git status``.
        """
        with tempfile.TemporaryFile() as stream:
            stream.write("".join(f"{path}\0" for path in paths).encode())
            stream.seek(0)
            try:
                self._repo.git.update_index("--add", "-z", "--stdin", istream=stream)
            except GitCommandError as error:
                return plain_words(error)
        return None


def _quoted(path: str) -> str:
    escaped = path.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def plain_words(error: Exception) -> str:
    """What git said, on one line, without local paths and credentials."""
    if isinstance(error, GitCommandNotFound):
        return "the git program is missing; install git"
    text = error.stderr if isinstance(error, GitCommandError) else str(error)
    text = re.sub(r"://[^/@\s]+@", "://", " ".join(str(text).split()))
    text = re.sub(r"^stderr: '(.*)'$", r"\1", text)
    return re.sub(r"(?<![\w:/])/(?:[\w.+-]+/)*[\w.+-]+", "…", text)[:300] or type(error).__name__
