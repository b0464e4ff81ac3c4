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
SAME = b"\2"
"""PNG's mark of a row that is the difference to the one above: all zeros where it is the same. So, and packed as
filtered data, a code takes 66 bytes of 423 less."""
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
    """Header and pixels of a PNG as `_png` writes it, or wrote it before rows were differences; nothing for another."""
    head, body = png[:33], png[33:-12]
    if len(body) < 12 or body[4:8] != b"IDAT" or int.from_bytes(body[:4], "big") != len(body) - 12:
        return b""
    unpacker = zlib.decompressobj()
    try:
        rows = unpacker.decompress(body[8:-4], MAX_PIXEL_BYTES)
    except zlib.error:
        return b""
    return head + _plain(rows, head) + png[-12:] if unpacker.eof and not unpacker.unused_data else b""


def _plain(rows: bytes, head: bytes) -> bytes:
    """Rows without their differences: each begins with 0, or with 2 where it is added to the one above."""
    length = (int.from_bytes(head[16:20], "big") + 7) // 8 + 1
    plain, above = [], bytes(length - 1)
    for start in range(0, len(rows), length):
        row = rows[start + 1 : start + length]
        if rows[start] == SAME[0]:
            row = bytes((byte + before) & 255 for byte, before in zip(row, above, strict=False))
        plain.append(row)
        above = row
    return b"".join(plain)


def _png(matrix: list[bytes]) -> bytes:
    """Modules (1 is black) with their quiet zone as a greyscale PNG of one bit a pixel."""
    size = (len(matrix) + 2 * QUIET_ZONE) * MODULE_PIXELS
    white = [bytes(len(matrix))] * QUIET_ZONE
    rows = [_pack(row) for row in (*white, *matrix, *white)]
    same = SAME + bytes(len(rows[0]))
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS, 9, zlib.Z_FILTERED)
    pixels = packer.compress(b"".join(b"\0" + row + same * (MODULE_PIXELS - 1) for row in rows)) + packer.flush()
    header = struct.pack(">IIBBBBB", size, size, 1, 0, 0, 0, 0)
    return SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


def _pack(row: bytes) -> bytes:
    """One row of pixels, eight a byte, the last byte filled with white."""
    digits = f"{'f' * QUIET_ZONE}{row.translate(DIGITS).decode()}{'f' * QUIET_ZONE}"
    return bytes.fromhex(digits + "f" * (len(digits) % 2))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
