"""Folders beside the mirror that editions and sites are written to."""

from pathlib import Path

from newsmirror.durable import writing
from newsmirror.exceptions import RefusedError


def outside_of(folder: Path, mirror: Path) -> Path:
    """*folder* as an absolute path; RefusedError for a place inside the mirror, whose history it would swell."""
    place = folder.absolute()
    if place.resolve().is_relative_to(mirror.resolve()):
        raise RefusedError(f"'{folder}' lies inside of NEWSMIRROR_REPO; name a folder beside it")
    return place


def write_output(folder: Path, path: str, content: bytes) -> bool:
    """Write a file below *folder* where its content differs; True where it did. It appears whole or not at all.

    Raises NoSpaceError where the system does not allow it.
    """
    target = folder / path
    with writing(path):
        if target.is_file() and target.stat().st_size == len(content) and target.read_bytes() == content:
            return False
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_name(f".{target.name[:40]}.new")
        temporary.write_bytes(content)
        temporary.replace(target)
    return True
