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
from newsmirror.render import words
from newsmirror.script import Script, can_convert
from newsmirror.stage import Stage
from newsmirror.store import Store

SECTIONS = ("most_read", "leads", "counted")
"""Keys of the words of their headings."""

logger = logging.getLogger(__name__)


def read_hot(text: str) -> dict[str, list[int]]:
    """The articles of such a list in any script, by the key of their section."""
    scripts = Script if can_convert() else (Script.SOURCE,)
    keys = {script.convert(words()[key]): key for script in scripts for key in SECTIONS}
    found: dict[str, list[int]] = {}
    for part in re.split("(?m)^## ", text)[1:]:
        heading, _, lines = part.partition("\n")
        if heading in keys:
            found[keys[heading]] = [int(number) for number in re.findall(r"(?m)\b([0-9]{1,18})\.md\)$", lines)]
    return found


class HotWriter:
    """Makes `paths.HOT`."""

    def __init__(self, store: Store, stage: Stage, config: Config):
        self._store, self._stage, self._config = store, stage, config

    def file(self, rankings: Rankings | None, *, has_news: bool) -> OutputFile | None:
        """The list, None where it is to stay as it is; *rankings* is None where the run was not to look at them."""
        if rankings is None or (self._stage.exists(paths.HOT) and not has_news):
            return None
        sections = {
            "most_read": self._entries(map(self._store.get, rankings.most_read)),
            "leads": self._entries(map(self._store.get, rankings.leads)),
            "counted": self._entries(map(self._at, self._counted())),
        }
        return self._rendered(sections) if any(sections.values()) else None

    def again(self) -> Iterator[OutputFile]:
        """The list that is there, in the words and with the paths that are right now."""
        if old := self._stage.committed(paths.HOT):
            found = read_hot(old.decode(errors="replace"))
            yield self._rendered({key: self._entries(map(self._store.get, ids)) for key, ids in found.items()})

    def _rendered(self, sections: dict[str, list[Entry]]) -> OutputFile:
        return OutputFile(paths.HOT, render_hot(sections, style=self._config.style).encode())

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
