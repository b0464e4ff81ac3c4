"""Goes through the files of a commit, a folder at a time: memory does not grow with the archive."""

from collections.abc import Iterable, Iterator
from contextlib import closing

from newsmirror.exceptions import GitError
from newsmirror.git import Change, Repository
from newsmirror.gitprocess import Pipe
from newsmirror.gittrees import FOLDER, PLAIN, TreeEntry, read_tree


def read_entries(repository: Repository, tree: str) -> list[TreeEntry]:
    """The entries of one tree, named by its id or as ``commit^{tree}``. Raises GitError."""
    size = len(repository.run("rev-parse", "--verify", tree).strip()) // 2
    return list(read_tree(repository.run("cat-file", "tree", tree), size))


def committed_files(repository: Repository, commit: str) -> Iterator[Change]:
    """Every ordinary file of a commit, as a change from nothing; links and submodules are left out."""
    with closing(repository.pipe("cat-file", "--batch")) as pipe:
        yield from _files(pipe, f"{commit}^{{tree}}", "", len(commit) // 2)


def _files(pipe: Pipe, tree: str, prefix: str, id_bytes: int) -> Iterator[Change]:
    kind, content = pipe.object(tree) or ("", b"")
    if kind != "tree":
        raise GitError("a folder of the commit is missing")
    for entry in read_tree(content, id_bytes):
        if entry.mode == FOLDER:
            yield from _files(pipe, entry.id.hex(), f"{prefix}{entry.name}/", id_bytes)
        elif entry.mode in PLAIN:
            yield Change(f"{prefix}{entry.name}", None, entry.id.hex())


def plain_files(repository: Repository, commit: str, paths: Iterable[str]) -> dict[str, str]:
    """Path → id of those that are ordinary files in a commit. Raises GitError."""
    listed = repository.run("ls-tree", "-z", "--full-tree", commit, "--", *paths).decode(errors="surrogateescape")
    found = {}
    for head, _, path in (entry.partition("\t") for entry in listed.split("\0") if entry):
        mode, _, number = head.split()
        if mode in PLAIN:
            found[path] = number
    return found
