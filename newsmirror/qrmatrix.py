"""Bytes → the modules of a QR code of byte mode, level M and one mask, as ISO/IEC 18004 has it. Pure.

The tables and the patterns that every code of a size shares come from the package `qrcode`, once a size. What is left
for each code is done here, in a fifteenth of the time that the package takes; the modules are the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest

MASK = 0
"""Any mask is legal, readers take it from the code; trying all eight costs nine tenths of the time."""
BYTE_MODE = 0b0100
PADDING = b"\xec\x11"
LARGEST = 40


@dataclass(frozen=True)
class _Blocks:
    """How the codes of one version hold data."""

    sizes: tuple[tuple[int, int], ...]
    """Bytes of data and of error correction of each block."""
    length_bits: int
    """Of the field that says how many bytes there are."""

    @property
    def capacity(self) -> int:
        """Bytes of data."""
        return sum(data for data, _ in self.sizes)

    def bits(self, size: int) -> int:
        """What *size* bytes take with their head."""
        return 4 + self.length_bits + 8 * size

    def hold(self, size: int) -> bool:
        return self.bits(size) <= 8 * self.capacity


@dataclass(frozen=True)
class _Plan:
    """What all codes of one version share."""

    size: int
    """Modules of a side."""
    empty: bytes
    """The modules, row by row, of a code whose every bit is 0; the mask is in it."""
    places: tuple[int, ...]
    """Where each bit stands among them."""
    blocks: _Blocks


def modules(data: bytes) -> list[bytes]:
    """The rows of the smallest code that holds *data*; each module is 1 for black or 0.

    Raises ValueError for more than any code holds.
    """
    version = next((number for number in range(1, LARGEST + 1) if _blocks(number).hold(len(data))), None)
    if version is None:
        raise ValueError(f"no code holds {len(data)} bytes")
    plan = _plan(version)
    found = bytearray(plan.empty)
    words = bytes(_interleaved(_padded(data, plan.blocks), plan.blocks))
    for place, bit in zip(plan.places, f"{int.from_bytes(words, 'big'):0{8 * len(words)}b}", strict=True):
        if bit == "1":
            found[place] ^= 1
    return [bytes(found[start : start + plan.size]) for start in range(0, len(found), plan.size)]


def _padded(data: bytes, blocks: _Blocks) -> bytes:
    """Mode, length and data, then the end mark and what fills the code."""
    head = BYTE_MODE << blocks.length_bits | len(data)
    bits = blocks.bits(len(data))
    value = head << 8 * len(data) | int.from_bytes(data, "big")
    end = min(4, 8 * blocks.capacity - bits)
    end += -(bits + end) % 8
    words = (value << end).to_bytes((bits + end) // 8, "big")
    return words + (PADDING * blocks.capacity)[: blocks.capacity - len(words)]


def _interleaved(data: bytes, of: _Blocks) -> Iterator[int]:
    """The first byte of each block, the second of each, and so on; then their error correction likewise."""
    blocks, corrections, start = [], [], 0
    for size, correction in of.sizes:
        blocks.append(data[start : start + size])
        corrections.append(_correction(blocks[-1], correction))
        start += size
    for group in (blocks, corrections):
        for words in zip_longest(*group):
            yield from (word for word in words if word is not None)


def _correction(data: bytes, size: int) -> bytes:
    """The remainder of the data, as a polynomial, divided by the generator polynomial of this many bytes."""
    multiples, top, low = _multiples(size), 8 * (size - 1), (1 << 8 * (size - 1)) - 1
    rest = 0
    for byte in data:
        rest = (rest & low) << 8 ^ multiples[byte ^ rest >> top]
    return rest.to_bytes(size, "big")


@cache
def _multiples(size: int) -> tuple[int, ...]:
    """The generator polynomial, without its first coefficient, times each byte."""
    from qrcode.base import EXP_TABLE, LOG_TABLE  # 0.14 s with all of qrcode, which `scrapy list` need not pay

    def times(one: int, other: int) -> int:
        return int(EXP_TABLE[(LOG_TABLE[one] + LOG_TABLE[other]) % 255]) if one and other else 0

    generator = [1]
    for power in range(size):
        shifted = [times(factor, EXP_TABLE[power]) for factor in generator]
        generator = [one ^ other for one, other in zip([*generator, 0], [0, *shifted], strict=True)]
    return tuple(int.from_bytes(bytes(times(byte, factor) for factor in generator[1:]), "big") for byte in range(256))


@cache
def _blocks(version: int) -> _Blocks:
    from qrcode.base import rs_blocks
    from qrcode.constants import ERROR_CORRECT_M

    sizes = ((block.data_count, block.total_count - block.data_count) for block in rs_blocks(version, ERROR_CORRECT_M))
    return _Blocks(tuple(sizes), 8 if version < 10 else 16)


@cache
def _plan(version: int) -> _Plan:
    import qrcode

    blocks, sides = _blocks(version), []
    for word in (0, 255):
        code = qrcode.QRCode(version, qrcode.constants.ERROR_CORRECT_M, border=0, mask_pattern=MASK)
        code.data_cache = [word] * sum(map(sum, blocks.sizes))
        code.makeImpl(False, MASK)
        sides.append(bytes(module for row in code.modules for module in row))
    size = code.modules_count
    empty, full = sides
    places = tuple(place for place in _way(size) if empty[place] != full[place])
    return _Plan(size, empty, places, blocks)


def _way(size: int) -> Iterator[int]:
    """All modules in the order in which bits are placed: up and down in columns of two, from the right."""
    upwards = True
    for right in (*range(size - 1, 6, -2), 5, 3, 1):  # the column of the vertical timing pattern holds no bits
        for row in range(size - 1, -1, -1) if upwards else range(size):
            yield from (row * size + right, row * size + right - 1)
        upwards = not upwards
