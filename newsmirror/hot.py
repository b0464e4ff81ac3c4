"""The list of what is read most: in the source's own order, and where the operator counts, in that of readers.

It is written with news only: a ranking alone, which changes all day, makes no commit. Articles that the mirror does not
hold are left out.
"""

import logging
import re
from collections.abc import Iterable, Iterator
from itertools import islice

from newsmirror import paths
from newsmirror.config import Config
from newsmirror.counts import MAX_BYTES, read_counts
from newsmirror.items import OutputFile, Row
from newsmirror.listpages import render_hot
from newsmirror.lists import HOT_ENTRIES, Entry, Rankings
from newsmirror.stage import Stage
from newsmirror.store import Store

logger = logging.getLogger(__name__)


class HotWriter:
    """Makes `paths.HOT`."""

    def __init__(self, store: Store, stage: Stage, config: Config):
        self._store, self._stage, self._config = store, stage, config

    def file(self, rankings: Rankings | None, *, has_news: bool) -> OutputFile | None:
        """The list, None where it is to stay as it is; *rankings* is None where the run was not to look at them."""
        if rankings is None or (self._stage.exists(paths.HOT) and not has_news):
            return None
        most_read, leads = (self._entries(map(self._store.get, ids)) for ids in (rankings.most_read, rankings.leads))
        counted = self._entries(map(self._at, self._counted()))
        if not (most_read or leads or counted):
            return None
        text = render_hot(most_read=most_read, leads=leads, counted=counted, style=self._config.style)
        return OutputFile(paths.HOT, text.encode())

    def _entries(self, rows: Iterable[Row | None]) -> list[Entry]:
        return list(islice((Entry.of(row) for row in rows if row), HOT_ENTRIES))

    def _counted(self) -> Iterator[str]:
        if self._config.hot_file is None:
            return
        try:
            with self._config.hot_file.open("rb") as opened:
                counts = read_counts(opened.read(MAX_BYTES + 1))
        except (OSError, ValueError):  # it was fit when the run began
            logger.warning("NEWSMIRROR_HOT_FILE cannot be read any more; indexes/hot.md does without it")
            return
        if counts.bad_lines:
            logger.warning(
                "%d lines of NEWSMIRROR_HOT_FILE are no path and count, the first is line %d",
                len(counts.bad_lines), counts.bad_lines[0],
            )  # fmt: skip
        yield from counts.paths

    def _at(self, path: str) -> Row | None:
        """The article whose page stands at a path."""
        number = re.search(r"([0-9]{1,18})\.md$", path)
        row = self._store.get(int(number[1])) if number else None
        return row if row and row.path == path else None
