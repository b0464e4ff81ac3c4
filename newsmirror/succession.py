"""Whether a mirror's statement follows the one that a reader has seen before: what a host rolls back or splits."""

from collections.abc import Iterator
from pathlib import Path

from newsmirror.exceptions import RefusedError
from newsmirror.git import Repository
from newsmirror.manifests import STATEMENT
from newsmirror.statement import MAX_BYTES, Statement, decode
from newsmirror.statements import history


def read_seen(text: str) -> Statement:
    """What ``--seen`` names: a statement kept from an earlier visit, or a folder with an earlier clone.

    Raises RefusedError.
    """
    place = Path(text)
    try:
        with (place / STATEMENT if place.is_dir() else place).open("rb") as file:
            return decode(file.read(MAX_BYTES + 1))
    except (OSError, ValueError) as error:
        raise RefusedError(
            f"--seen names no statement; give a {STATEMENT} that you have kept, or an earlier clone"
        ) from error


def faults(statement: Statement, seen: Statement | None, repository: Repository | None) -> Iterator[str]:
    """What is wrong with the order of statements; *repository* holds the history, where there is one."""
    if seen and seen.digest != statement.digest:
        if seen.site != statement.site:
            yield f"is of {statement.site}, and you have seen one of {seen.site}"
            return
        if seen.number >= statement.number:
            yield (
                f"has the number {statement.number}, and you have seen number {seen.number}: "
                "the mirror was rolled back, or there are two"
            )
            return
    if repository is not None and not _is_shallow(repository):
        yield from _history_faults(statement, seen, repository)


def _history_faults(statement: Statement, seen: Statement | None, repository: Repository) -> Iterator[str]:
    known = dict(_past(repository))
    known[statement.digest] = statement
    waiting, followed = [statement], {statement.digest}
    while waiting:
        later = waiting.pop()
        for digest in set(later.previous) - followed:
            followed.add(digest)
            if digest not in known:
                yield f"number {later.number} follows one that the history does not hold: it was cut or written anew"
            elif known[digest].number >= later.number:
                yield f"number {later.number} follows number {known[digest].number}"
            else:
                waiting.append(known[digest])
    if seen and seen.digest not in followed:
        yield f"does not follow number {seen.number}, which you have seen: the history was written anew"


def _past(repository: Repository) -> Iterator[tuple[str, Statement]]:
    contents = repository.blobs(f"{commit}:{STATEMENT}" for commit in history(repository, "HEAD"))
    for content in contents:
        try:
            found = decode(content or b"")
        except ValueError:
            continue
        yield found.digest, found


def _is_shallow(repository: Repository) -> bool:
    return repository.run("rev-parse", "--is-shallow-repository").strip() == b"true"
