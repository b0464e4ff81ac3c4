"""The bytes of git's tree objects. Pure."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

FOLDER = "40000"
PLAIN = ("100644", "100755")


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


def tree_id(entries: Iterable[TreeEntry]) -> str:
    """The id of the tree object with these entries, which are in git's order."""
    known = list(entries)
    content = b"".join(
        b"%s %s\0%s" % (entry.mode.encode(), entry.name.encode(errors="surrogateescape"), entry.id) for entry in known
    )
    make = hashlib.sha256 if known and len(known[0].id) == 32 else hashlib.sha1
    return make(b"tree %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
