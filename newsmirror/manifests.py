"""Lists of hashes that name every file of every article, in the form of ``sha256sum``. Pure.

One list holds a day's files, a list of each month names those of its days, one of each year those of its months, and
the signed statement names the years. So a run rewrites four short files, ``sha256sum -c`` reads them, and a reader who
trusts the statement knows which file was changed. Pages whose pattern has no day are listed a thousand ids at a time.
"""

import re
from collections.abc import Iterator, Mapping

FOLDER = "signed"
STATEMENT = f"{FOLDER}/statement.txt"
SIGNATURE = f"{STATEMENT}.sig"
LISTED = re.compile(r"(?:data|pages)/.+")
DAY = re.compile(r"/(\d{4})/(\d\d)/(\d\d)[/.]")
BLOCK = re.compile(r"(?P<folder>pages(?:/[^/]+)*)/(?P<number>\d{1,12})\.md(?:\.png)?")
LINE = re.compile(r"([0-9a-f]{64})  ([^\x00-\x1f\\]+)")


def manifest_of(path: str) -> str | None:
    """The list that names this file; None where none does, because it belongs to no article or names itself."""
    if not LISTED.fullmatch(path):
        return None
    if day := DAY.search(path):
        return f"{FOLDER}/{'/'.join(day.groups())}.sha256"
    if block := BLOCK.fullmatch(path):
        return f"{FOLDER}/{block['folder']}/{int(block['number']) // 1000}.sha256"
    return f"{FOLDER}/other.sha256"


def parent_of(manifest: str) -> str | None:
    """The list that names this list, None where the statement does."""
    folder = manifest.rpartition("/")[0]
    return None if folder == FOLDER else f"{folder}.sha256"


def is_own(path: str) -> bool:
    """Whether a file is a list, a statement or a signature: what the others are signed by."""
    return path.startswith(f"{FOLDER}/")


def parse_manifest(content: bytes) -> dict[str, str]:
    """Path → SHA-256 of a list's lines. Raises ValueError where it is not as `encode_manifest` writes it."""
    found = dict(_pairs(content.decode()))
    if encode_manifest(found) != content:
        raise ValueError("no sorted list of hashes")
    return found


def _pairs(lines: str) -> Iterator[tuple[str, str]]:
    for line in lines.split("\n")[:-1]:
        match = LINE.fullmatch(line)
        if match is None:
            raise ValueError("no line of a list of hashes")
        yield match[2], match[1]


def encode_manifest(entries: Mapping[str, str]) -> bytes:
    """A list with these entries, path → SHA-256."""
    return "".join(f"{digest}  {path}\n" for path, digest in sorted(entries.items())).encode()


def with_changes(entries: Mapping[str, str], changes: Mapping[str, str | None]) -> dict[str, str]:
    """A list's entries with some of them changed, and without those of which the change says None."""
    return {path: digest for path, digest in {**entries, **changes}.items() if digest is not None}
