"""Addresses → QR codes as small PNG files. Pure: the same address gives the same bytes."""

import struct
import zlib

from newsmirror.exceptions import ConfigError
from newsmirror.qrmatrix import modules

MODULE_PIXELS = 4
"""One hexadecimal digit of a row."""
QUIET_ZONE = 4
"""Modules of white around the code; the standard's minimum, below which scanners fail."""
MAX_BYTES = 1000
MAX_PIXEL_BYTES = 1024 * 1024
"""More than the largest code has."""
DIGITS = bytes.maketrans(b"\0\1", b"f0")
"""Four pixels of a module: white for 0, black for 1."""
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def qr_png(address: str) -> bytes:
    """A 1-bit PNG of the address, error level M, 4 pixels a module, quiet zone 4.

    Raises ConfigError for an address of over 1,000 bytes, which no phone reads well.
    """
    if len(address.encode()) > MAX_BYTES:
        raise ConfigError([f"a page's address has over {MAX_BYTES} bytes; set a shorter NEWSMIRROR_PUBLIC_URL"])
    return _png(modules(address.encode()))


def shows_address(png: bytes, address: str) -> bool:
    """Whether a PNG is the QR code that `qr_png` makes of the address, whichever zlib has packed its pixels."""
    try:
        wanted = qr_png(address)
    except ConfigError:
        return False
    return png == wanted or _pixels(png) == _pixels(wanted) != b""


def _pixels(png: bytes) -> bytes:
    """Header and pixels of a PNG as `_png` writes it, nothing for any other."""
    head, body = png[:33], png[33:-12]
    if len(body) < 12 or body[4:8] != b"IDAT" or int.from_bytes(body[:4], "big") != len(body) - 12:
        return b""
    unpacker = zlib.decompressobj()
    try:
        rows = unpacker.decompress(body[8:-4], MAX_PIXEL_BYTES)
    except zlib.error:
        return b""
    return head + rows + png[-12:] if unpacker.eof and not unpacker.unused_data else b""


def _png(matrix: list[bytes]) -> bytes:
    """Modules (1 is black) with their quiet zone as a greyscale PNG of one bit a pixel."""
    size = (len(matrix) + 2 * QUIET_ZONE) * MODULE_PIXELS
    white = [bytes(len(matrix))] * QUIET_ZONE
    rows = b"".join((b"\0" + _pack(row)) * MODULE_PIXELS for row in (*white, *matrix, *white))
    header = struct.pack(">IIBBBBB", size, size, 1, 0, 0, 0, 0)
    return SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows, 9)) + _chunk(b"IEND", b"")


def _pack(row: bytes) -> bytes:
    """One row of pixels, eight a byte, the last byte filled with white."""
    digits = f"{'f' * QUIET_ZONE}{row.translate(DIGITS).decode()}{'f' * QUIET_ZONE}"
    return bytes.fromhex(digits + "f" * (len(digits) % 2))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
