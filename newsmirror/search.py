"""The search of the static site: titles by every two characters that stand together. Pure.

Chinese has no spaces to split on, so an index of words finds nothing. The index is a set of scripts and not of data
files, because a page that was opened from a disk may run scripts beside it, but read nothing.
"""

import json
import unicodedata
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from newsmirror.items import OutputFile

SHARDS = 256
"""Scripts that pairs of characters are spread over; search.js has the same number."""
CHUNK = 256
"""Titles in one script; search.js has the same number."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search can find: a title, where it leads, and its day."""

    title: str
    path: str
    """Path of the site."""
    day: str


def normal_form(text: str) -> str:
    """Text as it is compared: NFKC and lower case, in search.js as here."""
    return unicodedata.normalize("NFKC", text).lower()


def pairs(text: str) -> Iterator[str]:
    """Every two letters or digits that stand together; those that UTF-16 needs two units for are left out."""
    for first, second in pairwise(normal_form(text)):
        if first.isalnum() and second.isalnum() and first <= "\uffff" and second <= "\uffff":
            yield first + second


def shard_of(pair: str) -> int:
    """The script that has a pair of characters."""
    return (ord(pair[0]) * 31 + ord(pair[1])) % SHARDS


def make_index(entries: Iterable[Found]) -> Iterator[OutputFile]:
    """The scripts of the index, for entries from the oldest to the newest."""
    known: defaultdict[str, array[int]] = defaultdict(lambda: array("I"))
    chunk: list[list[str]] = []
    count = 0
    for number, entry in enumerate(entries):
        chunk.append([entry.title, entry.path, entry.day])
        for pair in set(pairs(entry.title)):
            known[pair].append(number)
        count = number + 1
        if len(chunk) == CHUNK:
            yield _script(f"titles-{number // CHUNK}", "titles", number // CHUNK, chunk)
            chunk = []
    if chunk:
        yield _script(f"titles-{count // CHUNK}", "titles", count // CHUNK, chunk)
    shards: dict[int, dict[str, list[int]]] = {number: {} for number in range(SHARDS)}
    for pair in sorted(known):
        shards[shard_of(pair)][pair] = _differences(known[pair])
    for number, content in shards.items():
        yield _script(f"pairs-{number}", "pairs", number, content)


def _differences(numbers: Sequence[int]) -> list[int]:
    """Ascending numbers as the first and the steps to the next: short, and the old part stays when new ones come."""
    return [numbers[0], *(after - before for before, after in pairwise(numbers))]


def _script(name: str, kind: str, number: int, content: object) -> OutputFile:
    data = json.dumps(content, ensure_ascii=False, separators=(",", ":")).replace("\u2028", "\\u2028")
    data = data.replace("\u2029", "\\u2029").replace("</", "<\\/")
    return OutputFile(f"search/{name}.js", f"newsmirror.{kind}({number},{data});\n".encode())
