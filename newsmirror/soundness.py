"""A look at the newest commit before anything is built on it: cheap, so not at all of the archive (`scrapy verify`)."""

from pathlib import Path

from newsmirror.exceptions import GitError
from newsmirror.git import Repository

LOOKED_AT = 2000
"""Files of the newest commit that are looked at; only a first commit or a rebuild has more."""
HASH = 20
"""Bytes of the checksum at the end of a pack, and before the end of its index, in either hash of git's."""


def find_damage(repository: Repository, tip: str) -> str | None:
    """What is wrong with the packs or with what the commit *tip* has changed, in a few words."""
    if broken := _broken_pack(repository.root / ".git" / "objects" / "pack", HASH if len(tip) == 40 else 32):
        return f"{broken} is cut or damaged"
    try:
        parents = repository.run("rev-list", "--parents", "-n", "1", tip).decode().split()[1:]
        changes = repository.first_changes(parents[0] if parents else None, tip, LOOKED_AT + 1)
        names = "".join(f"{change.after}\n" for change in changes[:LOOKED_AT] if change.after)
        said = repository.run("cat-file", "--batch-check", stdin=names.encode()) if names else b""
    except GitError as error:
        return str(error) or "the newest commit cannot be read"
    return "objects of the newest commit are missing" if b" missing\n" in said else None


def _broken_pack(folder: Path, size: int) -> str | None:
    """The first pack whose end is not what its index says: it was cut, or is another one's."""
    for index in sorted(folder.glob("pack-*.idx")):
        pack = index.with_suffix(".pack")
        try:
            if _end(pack, size, size) != _end(index, 2 * size, size):
                return pack.name
        except FileNotFoundError:
            if index.exists():  # else both were put together with others just now
                return pack.name
    return None


def _end(path: Path, start: int, size: int) -> bytes:
    """*size* bytes that begin *start* bytes before the end of a file."""
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - start, 0))
        return file.read(size)
