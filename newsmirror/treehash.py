"""One value for a whole set of files that is kept up to date file by file. Pure.

MuHash (Bellare and Micciancio 1997; Bitcoin Core keeps its set of coins so): each file becomes a number below a prime
of 3,072 bits, the set is their product. A file that comes is multiplied, one that goes is divided by, so a run pays for
what it changes and not for the archive, in any order and without any state but the value. Another set of files with
the same value is as hard to find as discrete logarithms are to take; contents are bound by SHA-256.
"""

import hashlib
import re

PRIME = 2**3072 - 1103717
"""The largest prime below 2**3072 of Bitcoin Core's crypto/muhash.cpp."""
BYTES = 384
FORM = re.compile(r"[0-9a-f]{768}")


class TreeHash:
    """The value of a set of files, each known by its path and the SHA-256 of its content."""

    def __init__(self, value: str | None = None):
        """Go on from a value as `value` gives it, None for no files. Raises ValueError for what is none."""
        if value is not None and not (FORM.fullmatch(value) and 0 < int(value, 16) < PRIME):
            raise ValueError("no value of a set of files")
        self._product = int(value, 16) if value else 1
        self._divisor = 1

    def add(self, path: str, digest: str) -> None:
        """Take a file in; *digest* is the SHA-256 of its content in hexadecimal digits."""
        self._product = self._product * _number(path, digest) % PRIME

    def remove(self, path: str, digest: str) -> None:
        """Take a file out that was taken in before."""
        self._divisor = self._divisor * _number(path, digest) % PRIME

    def value(self) -> str:
        """768 hexadecimal digits that depend on the files alone."""
        self._product, self._divisor = self._product * pow(self._divisor, -1, PRIME) % PRIME, 1
        return f"{self._product:0{2 * BYTES}x}"


def _number(path: str, digest: str) -> int:
    """A file's number. The digest has a fixed length, so no two files read alike."""
    content = bytes.fromhex(digest) + path.encode(errors="surrogateescape")
    return int.from_bytes(hashlib.shake_256(content).digest(BYTES)) % PRIME or 1
