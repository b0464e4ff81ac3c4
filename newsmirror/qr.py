"""Addresses → QR codes as small PNG files. Pure: the same address gives the same bytes."""

import struct
import zlib

from newsmirror.exceptions import ConfigError

MODULE_PIXELS = 4
QUIET_ZONE = 4
"""Modules of white around the code; the standard's minimum, below which scanners fail."""
MASK = 0
"""Any mask is legal, readers take it from the code; trying all eight costs nine tenths of the time."""
MAX_BYTES = 1000
MAX_PIXEL_BYTES = 1024 * 1024
"""More than the largest code has."""
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def qr_png(address: str) -> bytes:
    """A 1-bit PNG of the address, error level M, 4 pixels a module, quiet zone 4.

    Raises ConfigError for an address of over 1,000 bytes, which no phone reads well.
    """
    import qrcode  # 0.14 s to import, which `scrapy list` need not pay

    if len(address.encode()) > MAX_BYTES:
        raise ConfigError([f"a page's address has over {MAX_BYTES} bytes; set a shorter NEWSMIRROR_PUBLIC_URL"])
    code = qrcode.QRCode(
        error_correction=qrcode.constants.ERROR_CORRECT_M, border=QUIET_ZONE, box_size=1, mask_pattern=MASK
    )
    code.add_data(address.encode(), optimize=0)
    code.make(fit=True)
    return _png(code.get_matrix())


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


def _png(matrix: list[list[bool]]) -> bytes:
    """Modules (True is black) as a greyscale PNG of one bit a pixel."""
    size = len(matrix) * MODULE_PIXELS
    rows = b"".join((b"\0" + _pack(row)) * MODULE_PIXELS for row in matrix)
    header = struct.pack(">IIBBBBB", size, size, 1, 0, 0, 0, 0)
    return SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows, 9)) + _chunk(b"IEND", b"")


def _pack(row: list[bool]) -> bytes:
    """One row of pixels, eight a byte, the last byte filled with white."""
    bits = "".join(("0" if black else "1") * MODULE_PIXELS for black in row)
    bits += "1" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
