"""Published articles as the repository holds them: for all that is made from articles without the source."""

import logging
from collections.abc import Iterable, Iterator
from itertools import islice

from newsmirror import paths
from newsmirror.git import Repository
from newsmirror.items import Row
from newsmirror.record import Record, decode

logger = logging.getLogger(__name__)

AT_ONCE = 200
"""Records read at once; some megabytes at most, whatever the size of the archive."""


def read_record(repository: Repository, row: Row) -> Record | None:
    """The record of a row in the newest commit, its article exactly as it was cleaned; None where it is no good one."""
    return next(read_records(repository, [row]))[1]


def read_records(repository: Repository, rows: Iterable[Row]) -> Iterator[tuple[Row, Record | None]]:
    """Each row with its record in the newest commit, in order; None, with a warning, where there is no good one."""
    source = iter(rows)
    while chunk := list(islice(source, AT_ONCE)):
        contents = repository.contents(paths.record_path(row) for row in chunk)
        for row in chunk:
            yield row, record_of(contents.get(paths.record_path(row)), row)


def record_of(content: bytes | None, row: Row) -> Record | None:
    """The record in a file's content; None, with a warning, where it is missing or no good one."""
    try:
        return decode(content or b"", row)
    except ValueError as error:
        logger.warning("The record of article %d cannot be used: %s", row.id, error if content else "it is missing")
        return None
