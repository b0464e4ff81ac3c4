"""Makes commits: objects first, all of them on the disk, then the branch, by compare-and-swap.

``git fast-import`` writes the objects: its cost follows the new files and not the archive, it needs no index and takes
no lock, so a dirty index or a stale ``index.lock`` does not matter, and nothing but the named paths can get into a
commit. It writes into a folder of ours; only a complete, synced pack moves to git's own. Author and committer are the
same fixed identity, all times are UTC.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import PurePosixPath

from newsmirror.durable import sync_folder
from newsmirror.exceptions import CommitError, GitError
from newsmirror.git import Repository
from newsmirror.items import OutputFile

OUR_PATH = re.compile(r"(?:(?!\.{1,2}/|\.git/)[^/\x00-\x1f]+/)*(?!\.{1,2}$|\.git$)[^/\x00-\x1f]+")
"""What fast-import of git 2.39 does not check by itself: no way out of the tree, nothing inside ``.git``."""
IMPORTED = "refs/newsmirror/imported"
"""A name that fast-import asks for and that never exists."""


class Committer:
    """Adds commits to the branch of a repository, under one identity (name, mail)."""

    def __init__(self, repository: Repository, author: tuple[str, str]):
        self._repository = repository
        self._author = author
        self._incoming = repository.private / "incoming"

    def make(
        self,
        files: Callable[[], Iterable[OutputFile]],
        message: str,
        *,
        parent: str | None,
        when: datetime,
        merged: str | None = None,
    ) -> str:
        """Write a commit with these files on top of *parent* and return its id; no branch knows it yet.

        *merged* is a second parent, whose files are not looked at. *files* gives them anew at each call, *message*
        is ASCII, *when* aware. On return everything that the commit needs is on the disk.
        Raises CommitError with git's reason.
        """
        self._refuse_bad_places([file.path for file in files()], parent)
        head = self._head(message, parent, when, merged)
        try:
            self.clear()
            (self._incoming / "pack").mkdir(parents=True)
            pipe = self._repository.pipe("fast-import", "--quiet", "--done", environment=self._quarantine())
            pipe.write(_stream(head, files()))
            said = pipe.finish()
            self._take_in()
        except (GitError, OSError) as error:
            raise CommitError(f"git did not take the commit: {_words(error)}") from error
        finally:
            self.clear()
        return said.decode().strip()

    def publish(self, commit: str, *, parent: str | None, when: datetime) -> None:
        """Move the branch from *parent* to *commit*, durably; only if it still is at *parent*. Raises CommitError."""
        name, mail = self._author
        identity = {"GIT_COMMITTER_NAME": name, "GIT_COMMITTER_EMAIL": mail, "GIT_COMMITTER_DATE": _date(when)}
        words = (
            "update-ref",
            "--no-deref",
            "-m",
            "newsmirror",
            self._repository.ref,
            commit,
            parent or "0" * len(commit),
        )
        try:
            self._repository.run(*words, environment=identity)
            sync_folder((self._repository.root / ".git" / self._repository.ref).parent)
        except (GitError, OSError) as error:
            raise CommitError(f"git did not move the branch: {_words(error)}") from error

    def clear(self) -> None:
        """Remove what an interrupted import has left."""
        shutil.rmtree(self._incoming, ignore_errors=True)

    def _refuse_bad_places(self, paths: list[str], parent: str | None) -> None:
        """No path may lead out of the tree, nor through or over what is no ordinary folder or file in it."""
        if strange := [path for path in paths if not OUR_PATH.fullmatch(path)]:
            raise CommitError(f"git did not take the commit: {strange[0][:80]} is no path of the tree")
        if parent is None:
            return
        folders = {str(folder) for path in paths for folder in PurePosixPath(path).parents} - {"."}
        try:
            kinds = self._repository.kinds(parent, *sorted({*folders, *paths}))
        except GitError as error:
            raise CommitError(f"git did not take the commit: {error}") from error
        bad = [path for path in sorted(folders) if kinds.get(path, "tree") != "tree"]
        bad += [path for path in paths if kinds.get(path, "blob") not in ("blob", "link")]
        if bad:
            raise CommitError(f"git did not take the commit: {bad[0][:80]} is taken by a link, folder or submodule")

    def _head(self, message: str, parent: str | None, when: datetime, merged: str | None) -> bytes:
        name, mail = self._author
        identity = f"{name} <{mail}> {_date(when)}"
        start = (f"from {parent}\n" if parent else "") + (f"merge {merged}\n" if merged else "")
        lines = f"mark :1\nauthor {identity}\ncommitter {identity}\ndata {len(message)}\n{message}\n{start}"
        return f"commit {IMPORTED}\n{lines}".encode()

    def _quarantine(self) -> dict[str, str]:
        objects = str(self._repository.root / ".git" / "objects")
        return {"GIT_OBJECT_DIRECTORY": str(self._incoming), "GIT_ALTERNATE_OBJECT_DIRECTORIES": _quoted(objects)}

    def _take_in(self) -> None:
        """Move the pack to git's own, its index last: git sees a pack by its index."""
        packs = self._repository.root / ".git" / "objects" / "pack"
        for file in sorted((self._incoming / "pack").iterdir(), key=lambda file: file.suffix == ".idx"):
            if file.suffix in (".pack", ".idx", ".rev"):
                file.replace(packs / file.name)
        sync_folder(packs)


def _stream(head: bytes, files: Iterable[OutputFile]) -> Iterator[bytes]:
    """Input of fast-import; the branch that it needs for a commit is taken back at the end, so it writes none."""
    yield head
    for file in files:
        yield f"M 100644 inline {_quoted(file.path)}\ndata {len(file.content)}\n".encode()
        yield file.content
        yield b"\n"
    yield f"\nget-mark :1\nreset {IMPORTED}\n\ndone\n".encode()


def _date(when: datetime) -> str:
    return f"{int(when.timestamp())} +0000"


def _quoted(path: str) -> str:
    escaped = path.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _words(error: Exception) -> str:
    return os.strerror(error.errno or 0) if isinstance(error, OSError) else str(error)
