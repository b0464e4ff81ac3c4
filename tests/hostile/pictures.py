"""Hostile picture files: what may come in the place of an article's picture. Rows E20 to E22."""

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from tests.samples import encoded

CANARY = b"CANARY-4711"
SCRIPT = b"*/=1;alert('CANARY-4711')//"


@dataclass(frozen=True)
class Hostile:
    """One file; *taken*: whether a picture is published of it."""

    row: str
    make: Callable[[], bytes]
    taken: bool


def small(kind: str = "JPEG") -> bytes:
    """A harmless picture."""
    return encoded(Image.new("RGB", (64, 48), "teal"), kind)


def png(width: int, height: int, data: bytes, *, depth: int = 1, kind: int = 0) -> bytes:
    """A PNG file that says so of its size."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def bomb(side: int) -> bytes:
    """Black pixels, a thousand times as many as bytes."""
    return png(side, side, zlib.compress((b"\0" + bytes((side + 7) // 8)) * side, 9))


def long_gif(frames: int) -> bytes:
    """An animation of many frames."""
    one = small("GIF")
    start = one.index(b",")
    return one[:start] + one[start:-1] * frames + b";"


PICTURES: dict[str, Hostile] = {
    "pixel bomb of 13,300 x 13,300": Hostile("E20", lambda: bomb(13_300), False),
    "pixel bomb just within the limit": Hostile("E20", lambda: bomb(4_400), True),
    "20 million pixels of 24 bits": Hostile(
        "E20", lambda: png(4_000, 5_000, zlib.compress((b"\0" + bytes(12_000)) * 5_000, 9), depth=8, kind=2), True
    ),
    "animation of 10,000 frames": Hostile("E20", lambda: long_gif(10_000), True),
    "text that unpacks to 100 MB": Hostile(
        "E20", lambda: small("PNG").replace(b"IDAT", b"zTXt", 1) + zlib.compress(bytes(100_000_000)), False
    ),
    "TIFF": Hostile("E20", lambda: small("TIFF"), False),
    "several pictures in one JPEG": Hostile(
        "E20", lambda: encoded(Image.new("RGB", (64, 48)), "MPO", save_all=True, append_images=[Image.new("RGB", (64, 48))]),
        False,
    ),
    "Photoshop": Hostile("E20", lambda: b"8BPS\0\1" + bytes(6) + struct.pack(">HIIHH", 3, 64, 64, 8, 3) + bytes(99), False),
    "PostScript": Hostile("E20", lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(id) run\n", False),
    "cut in the middle": Hostile("E20", lambda: small()[: len(small()) // 2], False),
    "nothing": Hostile("E20", lambda: b"", False),
    "metadata of all kinds": Hostile(
        "E21", lambda: encoded(Image.new("RGB", (64, 48)), "JPEG", comment=CANARY, icc_profile=CANARY * 20, xmp=CANARY),
        True,
    ),
    "JPEG and zip": Hostile("E22", lambda: small() + b"PK\x03\x04" + CANARY, True),
    "GIF and script": Hostile("E22", lambda: small("GIF")[:-1] + b"!\xfe" + bytes([len(SCRIPT)]) + SCRIPT + b"\0;", True),
    "GIF that is only script": Hostile("E22", lambda: b"GIF89a/*" + SCRIPT, False),
    "SVG": Hostile("E22", lambda: b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>" + CANARY, False),
    "HTML": Hostile("E22", lambda: b"<!DOCTYPE html><script>alert(1)</script>" + CANARY, False),
    "PHP behind a JPEG's mark": Hostile("E22", lambda: b"\xff\xd8\xff\xe0<?php system('id'); ?>" + CANARY, False),
    "WebP with a chunk of its own": Hostile("E22", lambda: small("WEBP") + b"EVIL" + struct.pack("<I", 11) + CANARY, True),
}  # fmt: skip
