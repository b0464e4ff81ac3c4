"""Reads files of one commit through a git process that stays open: asked often, started once.

Folders are remembered, so whether a file is there is mostly known without asking: git itself would go down from the
commit for each path.
"""

from collections import OrderedDict
from collections.abc import Sized
from typing import Generic, TypeVar

from newsmirror.exceptions import GitError
from newsmirror.git import Repository
from newsmirror.gitprocess import Pipe
from newsmirror.gittrees import FOLDER, NOTHING, Tree, TreeEntry

FOLDERS = 24 * 1024 * 1024
"""Bytes of folders that are kept in memory; those of a million articles' tags have 14 MB."""
FILES = 8 * 1024 * 1024
"""Bytes of files that are kept: a run reads the lists that it changes twice."""
OVERHEAD = 200
"""About what a name takes by itself; folders that are not there have nothing else."""
SUBMODULE = "160000"

Sized_ = TypeVar("Sized_", bound=Sized)


class Objects:
    """The files of one commit, None before the first."""

    def __init__(self, repository: Repository, commit: str | None):
        self.commit = commit
        self._repository = repository
        self._pipe: Pipe | None = None
        self._folders: _Kept[Tree] = _Kept(FOLDERS)
        self._files: _Kept[bytes] = _Kept(FILES)

    def read(self, path: str) -> bytes | None:
        """Content of a file, None where there is none. Raises GitError where git cannot tell."""
        if (entry := self._find(path)) is None:
            return None
        number = entry.id.hex()
        if (content := self._files.get(number)) is None and (content := self._ask(number)) is not None:
            self._files.keep(number, content)
        return content

    def has(self, path: str) -> bool:
        """Whether there is such a file. Raises GitError where git cannot tell."""
        return self._find(path) is not None

    def is_folder(self, path: str) -> bool | None:
        """Whether a path is a folder; None where nothing is there. Raises GitError where git cannot tell."""
        entry = self._entry(path)
        return entry.mode == FOLDER if entry else None

    def _find(self, path: str) -> TreeEntry | None:
        entry = self._entry(path)
        return None if entry is None or entry.mode in (FOLDER, SUBMODULE) else entry

    def _entry(self, path: str) -> TreeEntry | None:
        folder, _, name = path.rpartition("/")
        return self._folder(folder).get(name)

    def _folder(self, path: str) -> Tree:
        """A folder, an empty one where there is none."""
        if (found := self._folders.get(path)) is None:
            found = self._read_folder(path)
            self._folders.keep(path, found)
        return found

    def _read_folder(self, path: str) -> Tree:
        if self.commit is None:
            return NOTHING
        number = f"{self.commit}^{{tree}}"
        if path:
            entry = self._entry(path)
            if entry is None or entry.mode != FOLDER:
                return NOTHING
            number = entry.id.hex()
        if (content := self._ask(number)) is None:
            raise GitError(f"the folder {path or 'at the top'} of the newest commit is missing")
        return Tree(content, len(self.commit) // 2)

    def _ask(self, number: str) -> bytes | None:
        """Content of an object, None where git does not have it."""
        if self._pipe is None:
            self._pipe = self._repository.pipe("cat-file", "--batch")
        found = self._pipe.object(number)
        return found[1] if found else None

    def close(self) -> None:
        """End the process."""
        if self._pipe:
            self._pipe.close()
            self._pipe = None


class _Kept(Generic[Sized_]):
    """What was used last, as far as it has room."""

    def __init__(self, room: int):
        self._room = room
        self._found: OrderedDict[str, Sized_] = OrderedDict()

    def get(self, name: str) -> Sized_ | None:
        if name in self._found:
            self._found.move_to_end(name)
        return self._found.get(name)

    def keep(self, name: str, found: Sized_) -> None:
        self._found[name] = found
        self._room -= OVERHEAD + len(found)
        while self._room < 0 and self._found:
            self._room += OVERHEAD + len(self._found.popitem(last=False)[1])
