"""A mirror as its readers have it: the files of a folder, and the newest commit beside them. Reads only.

Works on any clone, also a shallow one, on a folder that cannot be written, and on one without git. The contents of
the commit are not read: a file is the same where it has the same id, whatever git's index and filters say. Only what
a sparse working copy does not show is read from the commit.
"""

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from newsmirror.exceptions import GitError, RefusedError
from newsmirror.git import Repository
from newsmirror.gitindex import Cone, GitIndex
from newsmirror.gitprocess import Pipe
from newsmirror.gittrees import FOLDER, PLAIN, read_tree

MAX_BYTES = 16 * 1024 * 1024
"""Larger files are none of a mirror, and are not read."""
AT_ONCE = 1024 * 1024
DAY = re.compile(r"data/\d+/\d+/[^/]+\.jsonl")


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

    @property
    def is_plainly_committed(self) -> bool:
        """Whether the commit has an ordinary file of this name."""
        return self.committed is not None and self.committed[0] in PLAIN

    def is_id(self, number: bytes) -> bool:
        """Whether the commit has the ordinary file whose content has this id."""
        return self.committed is not None and self.committed[0] in PLAIN and self.committed[1] == number

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
        self._cone: Cone | None = None
        self.repository: Repository | None = None
        """None for a folder without git."""
        if os.path.lexists(root / ".git"):
            self.repository = repository = _AnyClone(root)
            self._tree = repository.head_tree()
            self._cone = GitIndex(repository).cone()
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
            return self._hidden(path)
        try:
            about = os.fstat(descriptor)
            if not stat.S_ISREG(about.st_mode) or about.st_size > MAX_BYTES:
                return None
            with open(descriptor, "rb", closefd=False) as file:  # Path cannot open a descriptor
                return file.read()
        finally:
            os.close(descriptor)

    def hashes(self, path: str) -> tuple[str, bytes] | None:
        """The SHA-256 of an ordinary file of any size and git's id of it, None where there is none."""
        try:
            descriptor = os.open(self.root / path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except (OSError, ValueError):
            content = self._hidden(path)
            return None if content is None else self._hash(BytesIO(content), len(content))
        try:
            about = os.fstat(descriptor)
            if not stat.S_ISREG(about.st_mode):
                return None
            with open(descriptor, "rb", closefd=False) as file:
                return self._hash(file, about.st_size)
        finally:
            os.close(descriptor)

    def _hash(self, file: BinaryIO, size: int) -> tuple[str, bytes]:
        make = hashlib.sha256 if len(self._tree or b"") == 32 else hashlib.sha1
        plain, named = hashlib.sha256(), make(b"blob %d\0" % size, usedforsecurity=False)
        while part := file.read(AT_ONCE):
            plain.update(part)
            named.update(part)
        return plain.hexdigest(), named.digest()

    def is_there(self, path: str) -> bool:
        """Whether there is anything of this name; links are not followed."""
        return os.path.lexists(self.root / path) or self._ask(path) is not None

    def exists(self, path: str) -> bool:
        """Whether there is a file or folder of this name inside the folder."""
        if path.startswith(("../", "/", ".git/")) or path in ("..", ".git") or "\x00" in path:
            return False
        return (self.root / path).exists() or self._ask(path) is not None

    def _hidden(self, path: str) -> bytes | None:
        """Content of a file that a sparse working copy does not show."""
        kind, content = self._ask(path) or ("", b"")
        return content if kind == "blob" and len(content) <= MAX_BYTES else None

    def _ask(self, path: str) -> tuple[str, bytes] | None:
        """Kind and content of what the working copy does not show, None where it would or the commit has no such."""
        if self._cone is None or self._cone.holds(path) or "\n" in path:
            return None
        return self._object(f"HEAD:{path}")

    def top(self) -> list[Entry]:
        """The names at the top."""
        return self._entries("", self._tree)

    def inside(self, folder: Entry) -> list[Entry]:
        """The names in a folder, sorted; links are not followed."""
        tree = folder.committed[1] if folder.committed and folder.committed[0] == FOLDER else None
        return self._entries(f"{folder.path}/", tree) if folder.is_folder or (folder.mode is None and tree) else []

    def walk(self, folder: Entry) -> Iterator[tuple[str, list[Entry]]]:
        """A folder and all below it, each with its path and its entries."""
        entries = self.inside(folder)
        yield folder.path, entries
        for entry in entries:
            if entry.is_folder or (entry.mode is None and entry.committed and entry.committed[0] == FOLDER):
                yield from self.walk(entry)

    def days(self) -> Iterator[str]:
        """The files of ``data/`` that hold a day each, in order."""
        for data in (entry for entry in self.top() if entry.path == "data"):
            for month in (month for year in self.inside(data) for month in self.inside(year)):
                yield from (day.path for day in self.inside(month) if day.mode and DAY.fullmatch(day.path))

    def _entries(self, prefix: str, tree: bytes | None) -> list[Entry]:
        found = dict(self._on_disk(prefix))
        committed = dict(self._in_commit(tree)) if tree else {}
        names = sorted({*found, *committed} - ({".git"} if not prefix else set()))
        modes = {
            name: self._hidden_mode(f"{prefix}{name}", *committed[name]) for name in committed if name not in found
        }
        return [Entry(f"{prefix}{name}", found.get(name, modes.get(name)), committed.get(name)) for name in names]

    def _hidden_mode(self, path: str, mode: str, _: bytes) -> int | None:
        """The mode of what a sparse working copy does not show."""
        return int(mode, 8) if self._cone and not self._cone.holds(path) else None

    def _on_disk(self, prefix: str) -> Iterator[tuple[str, int]]:
        try:
            with os.scandir(self.root / prefix) as entries:
                for entry in entries:
                    yield entry.name, entry.stat(follow_symlinks=False).st_mode
        except FileNotFoundError:
            return

    def _in_commit(self, tree: bytes) -> Iterator[tuple[str, tuple[str, bytes]]]:
        kind, content = self._object(tree.hex()) or ("", b"")
        if kind != "tree":
            raise GitError("git ended while it was asked for a folder")
        for name, mode, number in read_tree(content, len(tree)):
            yield name, (mode, number)

    def _object(self, name: str) -> tuple[str, bytes] | None:
        """Kind and content of an object, None where there is none."""
        assert self._pipe
        return self._pipe.object(name)


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
