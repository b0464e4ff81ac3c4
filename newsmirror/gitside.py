"""A bare repository beside the working copy's that borrows its objects and reads no configuration but ours.

Everything that talks to other repositories runs here, so that nothing in the working copy's ``.git/config``
(``url.….insteadOf``, ``core.sshCommand``, ``credential.helper``, ``remote.….receivepack``) can take effect,
and what is fetched stays apart until it was looked at.
"""

import shutil
import tempfile
from collections.abc import Mapping
from typing import BinaryIO

from git.cmd import Git
from git.exc import GitCommandError, GitCommandNotFound

from newsmirror.durable import sync_folder, writing
from newsmirror.exceptions import SideError
from newsmirror.git import Repository
from newsmirror.gitconfig import safe_environment
from newsmirror.gitprocess import plain_words
from newsmirror.theirs import Entry

CONFIGURATION = {
    "core.alternateRefsCommand": "true",  # ends git's look at the working copy's refs, which reads its configuration
    "core.bigFileThreshold": "1m",
    "pack.threads": "1",
    "pack.windowMemory": "64m",
    "transfer.fsckObjects": "true",
    "transfer.unpackLimit": "1",
}


class SideRepository:
    """One such repository, made anew when it is opened and removed when it is closed."""

    def __init__(self, repository: Repository, name: str, further: Mapping[str, str] | None = None):
        """*name* tells it from others in use at the same time; *further* is more configuration for git."""
        self.path = repository.private / "side" / f"{name}.git"
        self._objects = repository.root / ".git" / "objects"
        self._tip = repository.tip()
        self.git = Git(self.path)
        self.git.update_environment(
            **safe_environment(CONFIGURATION | dict(further or {})),
            GIT_DIR=str(self.path), GIT_ASKPASS="", SSH_ASKPASS="", HOME=str(self.path),
        )  # fmt: skip

    def __enter__(self) -> "SideRepository":
        with writing("the folder .git/newsmirror"):
            shutil.rmtree(self.path, ignore_errors=True)
            for folder in ("refs", "objects/info", "objects/pack"):
                (self.path / folder).mkdir(parents=True)
            (self.path / "HEAD").write_text("ref: refs/heads/ours\n")
            (self.path / "config").write_text(self._format())
            (self.path / "objects/info/alternates").write_text("../../../../objects\n")
        return self

    def __exit__(self, *error: object) -> None:
        shutil.rmtree(self.path, ignore_errors=True)

    def _format(self) -> str:
        if self._tip and len(self._tip) == 64:
            return "[core]\n\tbare = true\n\trepositoryformatversion = 1\n[extensions]\n\tobjectFormat = sha256\n"
        return "[core]\n\tbare = true\n\trepositoryformatversion = 0\n"

    def run(self, *words: str, stdin: BinaryIO | None = None) -> str:
        """What a local git command says. Raises SideError where it fails."""
        try:
            return str(self.git.execute(["git", *words], istream=stdin))
        except GitCommandNotFound as error:
            raise SideError(plain_words(error)) from error
        except GitCommandError as error:
            raise SideError(plain_words(error)) from error

    def succeeds(self, *words: str) -> bool:
        """Whether a local git command ends with 0; False for 1, which means "no". Raises SideError for more."""
        status, _, err = self.git.execute(["git", *words], with_extended_output=True, with_exceptions=False)
        if status > 1:
            raise SideError(str(err)[:200])
        return status == 0

    # Commits

    def has(self, commit: str) -> bool:
        """Whether the commit can be read here, be it fetched or the working copy's."""
        return self.git.execute(["git", "cat-file", "-e", f"{commit}^{{commit}}"], with_extended_output=True,
                                with_exceptions=False)[0] == 0  # fmt: skip

    def is_ancestor(self, old: str, new: str) -> bool:
        """Whether *new* was built on *old*, or is the same."""
        return self.succeeds("merge-base", "--is-ancestor", old, new)

    def base(self, one: str, other: str) -> str | None:
        """The newest commit that both were built on, None where there is none."""
        if not self.succeeds("merge-base", one, other):
            return None
        return self.run("merge-base", one, other).split()[0]

    def steps(self, old: str | None, new: str, size: int) -> list[str]:
        """Commits to push one after another to get from *old* to *new*, each adding about *size* bytes at most.

        *old* None: from nothing. The last one is *new*. A single commit cannot be cut.
        """
        span = ["--first-parent", "--reverse", new, *([f"^{old}"] if old else [])]
        commits = self.run("rev-list", *span).split()
        if old and len(commits) > 1:
            later = set(self.run("rev-list", "--ancestry-path", f"{old}..{new}").split())
            commits = [commit for commit in commits if commit in later] or [new]
        return self._cut(old, commits, size)

    def _cut(self, old: str | None, commits: list[str], size: int) -> list[str]:
        if len(commits) == 1 or self._size(old, commits[-1]) <= size:
            return commits[-1:]
        half = len(commits) // 2
        return self._cut(old, commits[:half], size) + self._cut(commits[half - 1], commits[half:], size)

    def _size(self, old: str | None, new: str) -> int:
        return int(self.run("rev-list", "--objects", "--disk-usage", new, *([f"^{old}"] if old else [])))

    def changes(self, old: str, new: str) -> list[Entry]:
        """What differs from commit *old* to *new*, file by file, with modes and sizes."""
        words = ("diff-tree", "-r", "-z", "--raw", "--no-abbrev", "--no-renames", "--no-ext-diff", old, new)
        parts = self.run(*words).split("\0")
        found = [(path, *head.split()[1:4:2]) for head, path in zip(parts[::2], parts[1::2], strict=False)]
        sizes = self._sizes([blob for _, _, blob in found])
        return [Entry(path, mode, blob, size) for (path, mode, blob), size in zip(found, sizes, strict=True)]

    def _sizes(self, blobs: list[str]) -> list[int]:
        """Sizes of objects, 0 for what is not here."""
        with tempfile.TemporaryFile(dir=self.path) as questions:
            questions.write("".join(f"{blob}\n" for blob in blobs).encode())
            questions.seek(0)
            answers = self.run("cat-file", "--batch-check=%(objectsize)", stdin=questions).splitlines()
        return [int(answer) if answer.isdigit() else 0 for answer in answers]

    # What was fetched

    def hand_over(self) -> None:
        """Move what was fetched to the working copy's objects: the pack before its index, as git does."""
        folder = self.path / "objects/pack"
        target = self._objects / "pack"
        with writing("the folder .git/objects"):
            target.mkdir(exist_ok=True)
            for ending in (".pack", ".rev", ".idx"):
                for file in sorted(folder.glob(f"pack-*{ending}")):
                    file.replace(target / file.name)
            sync_folder(target)

    def bytes_fetched(self) -> int:
        """How much has arrived so far."""
        total = 0
        for file in (self.path / "objects/pack").glob("*"):
            try:
                total += file.stat().st_size
            except FileNotFoundError:  # renamed by git in between
                continue
        return total
