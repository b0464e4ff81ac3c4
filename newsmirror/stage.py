"""What a run is going to publish: the newest commit, with this run's files on top. Touches nothing that is published.

Contents wait in a file without a name: when the process ends, however it ends, nothing of them is left.
"""

import os
import tempfile
from collections.abc import Iterator

from newsmirror.durable import writing
from newsmirror.git import Repository
from newsmirror.items import OutputFile
from newsmirror.objects import Objects
from newsmirror.paths import commit_order


class Stage:
    """The tree as it will be after the commit. Paths are relative, with ``/``."""

    def __init__(self, repository: Repository, commit: str | None):
        """*commit* is the newest one, None before the first. Raises NoSpaceError."""
        self.objects = Objects(repository, commit)
        """The newest commit."""
        self._places: dict[str, tuple[int, int]] = {}
        self._known: dict[str, bool] = {}
        self._size = 0
        with writing("a temporary file"):
            self._file = tempfile.TemporaryFile(dir=repository.private, buffering=0)  # noqa: SIM115

    @property
    def written(self) -> list[str]:
        """Paths whose content differs from the newest commit, in the order in which they were first written."""
        return list(self._places)

    @property
    def size(self) -> int:
        """Bytes that wait."""
        return self._size

    def read(self, path: str) -> bytes | None:
        """Content that the file will have, None where there will be none."""
        if path not in self._places:
            return self.objects.read(path)
        start, length = self._places[path]
        return os.pread(self._file.fileno(), length, start)

    def committed(self, path: str) -> bytes | None:
        """Content that the file has in the newest commit, None where there is none."""
        return self.objects.read(path)

    def exists(self, path: str) -> bool:
        """Whether the file will be there."""
        if path not in self._places and path not in self._known:
            self._known[path] = self.objects.has(path)
        return path in self._places or self._known[path]

    def write(self, file: OutputFile) -> bool:
        """Take a file into the coming commit; False where it has this content already. Raises NoSpaceError."""
        committed = self.committed(file.path)
        if (self.read(file.path) if file.path in self._places else committed) == file.content:
            return False
        if committed == file.content:
            self.discard(file.path)
            return True
        with writing(file.path):
            start = self._file.seek(0, os.SEEK_END)
            rest = memoryview(file.content)
            while rest:
                rest = rest[self._file.write(rest) :]
        self._places[file.path] = (start, len(file.content))
        self._size += len(file.content)
        return True

    def discard(self, path: str) -> None:
        """Leave a file as the newest commit has it."""
        self._places.pop(path, None)

    def files(self) -> Iterator[OutputFile]:
        """What differs from the newest commit, in the order in which git stores it best."""
        for path in sorted(self._places, key=commit_order):
            yield OutputFile(path, self.read(path) or b"")

    def close(self) -> None:
        """Forget everything."""
        self.objects.close()
        self._file.close()
