"""A mirror as its readers have it: the files of a folder, and the newest commit beside them. Reads only.

Works on any clone, also a shallow one, on a folder that cannot be written, and on one without git. The contents of
the commit are not read: a file is the same where it has the same id, whatever git's index and filters say.
"""

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from newsmirror.exceptions import GitError, RefusedError
from newsmirror.git import Repository
from newsmirror.gitprocess import Pipe

MAX_BYTES = 16 * 1024 * 1024
"""Larger files are none of a mirror, and are not read."""
PLAIN = ("100644", "100755")
FOLDER = "40000"


@dataclass(frozen=True, slots=True)
class Entry:
    """One name of a folder, on the disk, in the commit, or in both."""

    path: str
    mode: int | None
    """Of the disk, None where it is not there."""
    committed: tuple[str, bytes] | None
    """Mode and id of the commit, None where it is not in there."""

    @property
    def is_folder(self) -> bool:
        return self.mode is not None and stat.S_ISDIR(self.mode)

    @property
    def is_file(self) -> bool:
        return self.mode is not None and stat.S_ISREG(self.mode)

    def is_content(self, content: bytes) -> bool:
        """Whether the commit has this content."""
        if self.committed is None or self.committed[0] not in PLAIN:
            return False
        make = hashlib.sha1 if len(self.committed[1]) == 20 else hashlib.sha256
        return make(b"blob %d\0" % len(content) + content, usedforsecurity=False).digest() == self.committed[1]


class Clone:
    """A folder that holds a mirror."""

    def __init__(self, root: Path):
        """Open a folder. Raises RefusedError where it is none, or where git cannot read its newest commit."""
        if not root.is_dir():
            raise RefusedError("there is no such folder; name one that holds a mirror")
        self.root = root
        self._pipe: Pipe | None = None
        self._tree: bytes | None = None
        if os.path.lexists(root / ".git"):
            repository = _AnyClone(root)
            self._tree = repository.head_tree()
            self._pipe = repository.pipe("cat-file", "--batch")

    @property
    def has_commit(self) -> bool:
        """Whether there is a commit that files can be compared with."""
        return self._tree is not None

    def close(self) -> None:
        if self._pipe:
            self._pipe.close()

    def read(self, path: str) -> bytes | None:
        """Content of an ordinary file, None where there is none or where it is too large."""
        try:
            descriptor = os.open(self.root / path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except (OSError, ValueError):
            return None
        with open(descriptor, "rb") as file:  # noqa: PTH123  # Path has no way to open a descriptor
            about = os.fstat(descriptor)
            return file.read() if stat.S_ISREG(about.st_mode) and about.st_size <= MAX_BYTES else None

    def exists(self, path: str) -> bool:
        """Whether there is a file or folder of this name inside the folder."""
        if path.startswith(("../", "/", ".git/")) or path in ("..", ".git") or "\x00" in path:
            return False
        return (self.root / path).exists()

    def top(self) -> list[Entry]:
        """The names at the top."""
        return self._entries("", self._tree)

    def walk(self, folder: Entry) -> Iterator[tuple[str, list[Entry]]]:
        """A folder and all below it, each with its path and its entries, sorted; links are not followed."""
        tree = folder.committed[1] if folder.committed and folder.committed[0] == FOLDER else None
        entries = self._entries(f"{folder.path}/", tree)
        yield folder.path, entries
        for entry in entries:
            if entry.is_folder or (entry.mode is None and entry.committed and entry.committed[0] == FOLDER):
                yield from self.walk(entry)

    def _entries(self, prefix: str, tree: bytes | None) -> list[Entry]:
        found = dict(self._on_disk(prefix))
        committed = dict(self._in_commit(tree)) if tree else {}
        names = sorted({*found, *committed} - ({".git"} if not prefix else set()))
        return [Entry(f"{prefix}{name}", found.get(name), committed.get(name)) for name in names]

    def _on_disk(self, prefix: str) -> Iterator[tuple[str, int]]:
        try:
            with os.scandir(self.root / prefix) as entries:
                for entry in entries:
                    yield entry.name, entry.stat(follow_symlinks=False).st_mode
        except FileNotFoundError:
            return

    def _in_commit(self, tree: bytes) -> Iterator[tuple[str, tuple[str, bytes]]]:
        assert self._pipe
        self._pipe.write([tree.hex().encode() + b"\n"])
        header = self._pipe.line().split()
        if header[1:2] != [b"tree"]:
            raise GitError("git ended while it was asked for a folder")
        content = self._pipe.read(int(header[2]) + 1)
        position = 0
        while position < len(content) - 1:
            space, end = content.index(b" ", position), content.index(b"\0", position)
            mode, name = content[position:space].decode(), content[space + 1 : end].decode(errors="surrogateescape")
            position = end + 1 + len(tree)
            yield name, (mode, content[end + 1 : position])


class _AnyClone(Repository):
    """A working copy that is only read: a shallow one will do, and whatever branch it is on."""

    def __init__(self, root: Path):
        super().__init__(root, "HEAD")

    def _check(self) -> None:
        try:
            bare = self.run("rev-parse", "--is-bare-repository").strip() == b"true"
        except GitError as error:
            raise RefusedError(f"git cannot read the working copy: {error}") from error
        if bare:
            raise RefusedError("NEWSMIRROR_REPO is a bare or linked repository; name an ordinary working copy")

    def head_tree(self) -> bytes:
        """Id of the newest commit's tree. Raises RefusedError where there is no commit."""
        try:
            return bytes.fromhex(self.run("rev-parse", "--verify", "--quiet", "HEAD^{tree}").decode())
        except GitError as error:
            raise RefusedError(f"the working copy has no commit that git can read: {error}") from error
