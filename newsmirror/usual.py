"""What earlier runs saw of lists and articles, to compare with: a small JSON file beside the state.

It is no part of the state: lost or damaged, the next runs judge without it until they have seen enough again.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

from newsmirror.batch import KEPT, Facts
from newsmirror.durable import swap_file, writing

SIZES = 5
"""Runs over which the usual size of a list is taken."""
LEAST_SIZE = 10
"""Lists that usually name fewer articles may shrink to any size."""
SHRINK = 0.6
"""A list that names less than this share of the usual number is worth a warning (a loss of 40 %)."""
BACK_DAYS = 7
"""A list whose newest article is older than before by more days is an old copy."""
MAX_LISTS = 300


@dataclass(frozen=True, slots=True)
class ListSeen:
    """The first page of a list as one or several runs saw it."""

    sizes: tuple[int, ...]
    """Articles named, newest run last."""
    newest: str
    """The newest day named, ``2026-11-24``; empty where none was."""


@dataclass
class Usual:
    """Facts of the newest articles, oldest first, and what lists looked like, by address."""

    articles: list[Facts] = field(default_factory=list)
    lists: dict[str, ListSeen] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> "Usual":
        """What a file holds; nothing where it is missing or damaged."""
        try:
            record = json.loads(path.read_bytes())
            lists = {url: _seen(values) for url, values in record["lists"].items()}
            return cls([_facts(values) for values in record["articles"]], lists)
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return cls()

    def save(self, path: Path) -> None:
        """Write the file anew. Raises NoSpaceError."""
        articles = [list(asdict(facts).values()) for facts in self.articles[-KEPT:]]
        lists = {url: asdict(seen) for url, seen in list(self.lists.items())[-MAX_LISTS:]}
        with writing("the file of what is usual"):
            swap_file(path, json.dumps({"articles": articles, "lists": lists}).encode())

    def compare(self, url: str, size: int, newest: date | None) -> str | None:
        """What is odd about a list that names *size* articles, given the runs before; None where nothing is."""
        before = self.lists.get(url)
        if before is None:
            return None
        usual = median(before.sizes)
        if usual >= LEAST_SIZE and size < SHRINK * usual:
            return f"names {size} articles, usually {usual:.0f}"
        if newest and before.newest and (date.fromisoformat(before.newest) - newest).days > BACK_DAYS:
            return f"is older than before: its newest article is of {newest}, it was of {before.newest}"
        return None

    def add_list(self, url: str, size: int, newest: date | None) -> None:
        """Remember the first page of a list."""
        before = self.lists.pop(url, ListSeen((), ""))
        day = newest.isoformat() if newest else ""
        self.lists[url] = ListSeen((*before.sizes, size)[-SIZES:], max(before.newest, day))

    def add_articles(self, facts: Mapping[int, Facts]) -> None:
        """Remember published articles; one that is known moves to the end."""
        kept = [known for known in self.articles if known.id not in facts]
        self.articles = [*kept, *facts.values()][-KEPT:]


def _seen(values: dict[str, Any]) -> ListSeen:
    return ListSeen(tuple(map(int, values["sizes"])), str(values["newest"]))


def _facts(values: list[Any]) -> Facts:
    number, length, pictured, tagged, timed, divided, body = values
    return Facts(int(number), int(length), bool(pictured), bool(tagged), bool(timed), bool(divided), str(body))
