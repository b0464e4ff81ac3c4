"""Reads files of a commit through git processes that stay open: asked often, started once."""

from newsmirror.exceptions import GitError
from newsmirror.git import Repository
from newsmirror.gitprocess import Pipe


class Objects:
    """The files of one commit, None before the first."""

    def __init__(self, repository: Repository, commit: str | None):
        self._repository = repository
        self._commit = commit
        self._pipes: dict[str, Pipe] = {}

    def read(self, path: str) -> bytes | None:
        """Content of a file, None where there is none. Raises GitError where git cannot tell."""
        if (size := self._ask("--batch", path)) is None:
            return None
        pipe = self._pipes["--batch"]
        content = pipe.read(size)
        pipe.read(1)
        return content

    def has(self, path: str) -> bool:
        """Whether there is such a file. Raises GitError where git cannot tell."""
        return self._ask("--batch-check", path) is not None

    def _ask(self, how: str, path: str) -> int | None:
        """Size of the file."""
        if self._commit is None or "\n" in path:
            return None
        if how not in self._pipes:
            self._pipes[how] = self._repository.pipe("cat-file", how)
        pipe = self._pipes[how]
        pipe.write([f"{self._commit}:{path}\n".encode()])
        answer = pipe.line()
        if not answer:
            pipe.finish()
            raise GitError("git ended while it was asked for a file")
        if answer.endswith(b" missing"):
            return None
        _, kind, size = answer.rsplit(b" ", 2)
        if kind != b"blob":
            if how == "--batch":
                pipe.read(int(size) + 1)
            return None
        return int(size)

    def close(self) -> None:
        """End the processes."""
        for pipe in self._pipes.values():
            pipe.close()
        self._pipes.clear()
