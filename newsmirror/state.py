"""Brings the state to what the newest commit holds: the tree is the truth, the state a copy that may be lost."""

import logging
from collections.abc import Iterable, Iterator

from newsmirror.exceptions import GitError
from newsmirror.git import Repository
from newsmirror.items import Row
from newsmirror.store import Store

logger = logging.getLogger(__name__)


def open_state(repository: Repository, tip: str | None, *, doubtful: bool = False) -> Store:
    """The state of the newest commit *tip*, corrected or made anew where it is not.

    *doubtful*: the run before did not come to its end, so look whether the file is whole. Raises NoSpaceError.
    """
    path = repository.private / "state.sqlite"
    fresh = not path.exists()
    store = Store(path, doubtful=doubtful)
    try:
        known = store.commit_id()
        if tip is None or known == tip or (known and _catch_up(store, repository, known, tip)):
            return store
        why = "was damaged" if store.damaged else "was missing" if fresh else "belonged to another commit"
        renew(store, repository, tip, why=why)
    except BaseException:
        store.close()
        raise
    return store


def renew(store: Store, repository: Repository, tip: str | None, *, why: str = "was damaged") -> None:
    """Fill the state with what the commit *tip* holds, and say so."""
    count = 0
    if tip:
        count = store.rebuild(read_rows(repository.blobs(_names(tip, repository.data_names(tip)))), tip)
    logger.warning("The state file %s; it is rebuilt from data/ with %d articles", why, count)


def _names(commit: str, paths: Iterable[str]) -> list[str]:
    return [f"{commit}:{path}" for path in paths]


def _catch_up(store: Store, repository: Repository, known: str, tip: str) -> bool:
    """Take over the days that changed since the commit that the state knows; False where git does not know it."""
    try:
        changed = repository.changes(known, tip, "data/")
    except GitError:
        return False
    paths = [change.path for change in changed if change.path.endswith(".jsonl")]
    days = [path.removeprefix("data/").removesuffix(".jsonl").replace("/", "-") for path in paths]
    with store.transaction():
        store.forget_days(days)
        store.put(read_rows(repository.blobs(_names(tip, paths))))
        store.set_commit(tip)
    if days:
        logger.warning("The state was behind the newest commit; %d days of data/ are read again", len(days))
    return True


def read_rows(files: Iterable[bytes | None]) -> Iterator[Row]:
    """The articles that files of ``data/`` name; lines that cannot be read are counted and left out."""
    bad = 0
    for content in files:
        for line in (content or b"").decode(errors="replace").splitlines():
            try:
                yield Row.from_json(line)
            except ValueError:
                bad += 1
    if bad:
        logger.warning("%d lines of data/ cannot be read; those articles will be fetched again", bad)
