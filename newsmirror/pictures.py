"""Pictures of the published tree: which of an article's are mirrored, where they stand, what they may be. Pure."""

import hashlib
import re
import struct
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from newsmirror.items import Block, ListBlock, OutputFile, Picture, Quote, StoredPicture

MAX_BYTES = 60 * 1024
MAX_WIDTH = 800
PER_ARTICLE = 8
"""The first so many pictures of an article are mirrored; the others stay captions with a link. Of 4,491 articles
35 have six or more."""
SOURCE_MAX_BYTES = 8 * 1024 * 1024
"""Larger files are not fetched. The source's have 28 KB in the mean."""

LENGTH = struct.Struct(">I")
"""Stands before each picture that is given to the process that decodes them."""
HEAD = struct.Struct(">?I")
"""Stands before its answer: whether it went well, and the length of what follows, the picture or the reason."""
PATH = re.compile(r"images/([0-9a-f]{2})/\1[0-9a-f]{62}\.webp")


def addresses(blocks: tuple[Block, ...]) -> tuple[str, ...]:
    """The addresses of the pictures to be mirrored, in reading order, each once."""
    return tuple(dict.fromkeys(_sources(blocks)))[:PER_ARTICLE]


def _sources(blocks: tuple[Block, ...]) -> Iterator[str]:
    for block in blocks:
        match block:
            case Picture(src):
                yield src
            case Quote(inner):
                yield from _sources(inner)
            case ListBlock(items):
                for item in items:
                    yield from _sources(item)


def picture_file(content: bytes) -> OutputFile:
    """A mirrored picture in its place: the name is the SHA-256 of its content, so that it is stored once."""
    name = hashlib.sha256(content).hexdigest()
    return OutputFile(f"images/{name[:2]}/{name}.webp", content)


def read_webp(content: bytes) -> tuple[int, int]:
    """Width and height of a plain WebP file.

    Raises ValueError where *content* is anything else, holds more than one picture, or carries metadata or
    trailing bytes: what a damaged or hijacked decoder could hand back, and what no page of ours may show.
    """
    if len(content) < 30 or content[:4] != b"RIFF" or content[8:16] != b"WEBPVP8 ":
        raise ValueError("no plain WebP picture")
    riff, chunk = struct.unpack_from("<I", content, 4)[0], struct.unpack_from("<I", content, 16)[0]
    if riff + 8 != len(content) or chunk + chunk % 2 + 20 != len(content):
        raise ValueError("other bytes than the picture's")
    if content[23:26] != b"\x9d\x01\x2a":
        raise ValueError("no key frame")
    width, height = struct.unpack_from("<HH", content, 26)
    return width & 0x3FFF, height & 0x3FFF


def find_picture_fault(file: OutputFile) -> str | None:
    """Why a file below ``images/`` must not be published, None where it is as this program makes them."""
    if picture_file(file.content).path != file.path:
        return "is not named by its content"
    if len(file.content) > MAX_BYTES:
        return f"has over {MAX_BYTES} bytes"
    try:
        width, _ = read_webp(file.content)
    except ValueError as error:
        return f"has {error}"
    return f"is over {MAX_WIDTH} pixels wide" if width > MAX_WIDTH else None


def make_note(pictures: Iterable[StoredPicture]) -> dict[str, dict[str, str]]:
    """What an article's record notes of its pictures: ``{"pictures": {source address: path}}``."""
    places = {picture.src: picture.path for picture in pictures}
    return {"pictures": places} if places else {}


def change_notes(notes: Mapping[str, Any], pictures: Iterable[StoredPicture]) -> dict[str, Any]:
    """An article's notes with that of its pictures changed."""
    return {name: note for name, note in notes.items() if name != "pictures"} | make_note(pictures)


def read_note(notes: Mapping[str, Any]) -> tuple[StoredPicture, ...]:
    """The pictures that a record notes, sorted by their address; what is no place of a picture is left out."""
    places = notes.get("pictures")
    pairs = sorted(places.items()) if isinstance(places, dict) else []
    return tuple(StoredPicture(src, path) for src, path in pairs if isinstance(path, str) and PATH.fullmatch(path))


def missing(blocks: tuple[Block, ...], stored: Iterable[StoredPicture]) -> bool:
    """Whether pictures that should be mirrored are not."""
    return bool(set(addresses(blocks)) - {picture.src for picture in stored})
