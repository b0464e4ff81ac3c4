"""The bytes of git's tree objects. Pure."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

FOLDER = "40000"
PLAIN = ("100644", "100755")
MODES = (b"40000", b"100644", b"100755", b"120000", b"160000")
MODE = re.compile(b"(?:%s)\\Z" % b"|".join(MODES))
ENTRIES = {size: re.compile(rb"[0-7]+ [^\0]+\0.{%d}" % size, re.DOTALL) for size in (20, 32)}


class TreeEntry(NamedTuple):
    """One name of a folder: its mode in octal digits without a leading zero, and the id of its object."""

    name: str
    mode: str
    id: bytes


def read_tree(content: bytes, id_bytes: int) -> Iterator[TreeEntry]:
    """The entries of a tree object; *id_bytes* is 20 where the repository hashes with SHA-1, 32 with SHA-256."""
    start = 0
    while start < len(content):
        space, end = content.index(b" ", start), content.index(b"\0", start)
        mode, name = content[start:space].decode(), content[space + 1 : end].decode(errors="surrogateescape")
        start = end + 1 + id_bytes
        yield TreeEntry(name, mode, content[end + 1 : start])


class Tree:
    """A tree object that is asked for single names: a folder of thousands is searched, not taken apart."""

    def __init__(self, content: bytes, id_bytes: int):
        self._content, self._id_bytes = content, id_bytes
        # where a name or an id holds what looks like a mode, a search could find what is no entry
        is_plain = sum(content.count(mode + b" ") for mode in MODES) == len(ENTRIES[id_bytes].findall(content))
        self._parsed = None if is_plain else {entry.name: entry for entry in read_tree(content, id_bytes)}

    def __len__(self) -> int:
        """Bytes that it takes."""
        return len(self._content)

    def get(self, name: str) -> TreeEntry | None:
        """The entry with this name."""
        if self._parsed is not None:
            return self._parsed.get(name)
        content, wanted = self._content, b" %s\0" % name.encode(errors="surrogateescape")
        start = content.find(wanted)
        while start >= 0:
            end = start + len(wanted)
            if mode := MODE.search(content[max(start - 6, 0) : start]):
                return TreeEntry(name, mode[0].decode(), content[end : end + self._id_bytes])
            start = content.find(wanted, end)
        return None


NOTHING = Tree(b"", 20)


def tree_id(entries: Iterable[TreeEntry]) -> str:
    """The id of the tree object with these entries, which are in git's order."""
    known = list(entries)
    content = b"".join(
        b"%s %s\0%s" % (entry.mode.encode(), entry.name.encode(errors="surrogateescape"), entry.id) for entry in known
    )
    make = hashlib.sha256 if known and len(known[0].id) == 32 else hashlib.sha1
    return make(b"tree %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
