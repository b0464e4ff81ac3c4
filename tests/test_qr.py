import struct
import zlib
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image

from newsmirror.exceptions import ConfigError
from newsmirror.qr import qr_png, shows_address

ADDRESSES = [
    "https://www.secretchina.com/news/gb/2021/12/17/990001.html",
    "https://github.com/example/mirror/blob/main/pages/2021/12/17/990001.md",
    "https://example.org/%E7%9C%8B/" + "x" * 300,
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_qr_png_is_read_by_a_decoder(address: str) -> None:
    image = Image.open(BytesIO(qr_png(address)))
    found = zxingcpp.read_barcodes(image.convert("L"))
    assert [code.text for code in found] == [address]


def test_qr_png_of_the_same_address_is_the_same_file() -> None:
    assert qr_png(ADDRESSES[0]) == qr_png(ADDRESSES[0])


def test_qr_png_has_one_bit_a_pixel_and_four_pixels_a_module() -> None:
    image = Image.open(BytesIO(qr_png("https://a.example/")))
    # Version 2: 25 modules and twice 4 modules of quiet zone.
    assert (image.format, image.mode, image.size) == ("PNG", "1", (132, 132))


def test_qr_png_has_a_white_quiet_zone_and_a_black_corner_behind_it() -> None:
    image = Image.open(BytesIO(qr_png("https://a.example/"))).convert("L")
    assert (image.getpixel((15, 15)), image.getpixel((16, 16))) == (255, 0)


def test_qr_png_takes_1000_bytes() -> None:
    assert qr_png("https://a.example/" + "x" * 982).startswith(b"\x89PNG")


def test_qr_png_refuses_more_than_1000_bytes() -> None:
    with pytest.raises(ConfigError, match="shorter NEWSMIRROR_PUBLIC_URL"):
        qr_png("https://a.example/" + "x" * 983)


def repacked(png: bytes, level: int) -> bytes:
    """The same picture, packed as another zlib would."""
    data = zlib.compress(zlib.decompress(png[41:-16]), level)
    chunk = b"IDAT" + data
    return png[:33] + struct.pack(">I", len(data)) + chunk + struct.pack(">I", zlib.crc32(chunk)) + png[-12:]


def test_code_shows_its_address_however_it_is_packed() -> None:
    code = qr_png(ADDRESSES[1])
    assert repacked(code, 1) != code
    assert shows_address(code, ADDRESSES[1])
    assert shows_address(repacked(code, 1), ADDRESSES[1])


def without_differences(png: bytes) -> bytes:
    """The same picture as older versions wrote it: each row by itself."""
    length = (int.from_bytes(png[16:20], "big") + 7) // 8 + 1
    rows = zlib.decompress(png[41:-16])
    whole = (rows[start : start + length] * 4 for start in range(0, len(rows), 4 * length))
    data = zlib.compress(b"".join(whole), 9)
    chunk = b"IDAT" + data
    return png[:33] + struct.pack(">I", len(data)) + chunk + struct.pack(">I", zlib.crc32(chunk)) + png[-12:]


def test_code_of_an_older_version_shows_its_address() -> None:
    code = qr_png(ADDRESSES[1])
    older = without_differences(code)
    assert len(older) > len(code) + 40
    assert shows_address(older, ADDRESSES[1])
    assert not shows_address(older, ADDRESSES[0])


@pytest.mark.parametrize("address", [ADDRESSES[0], "https://a.example/", "https://a.example/" + "x" * 983])
def test_code_of_another_address(address: str) -> None:
    assert not shows_address(qr_png(ADDRESSES[1]), address)


@pytest.mark.parametrize("png", [b"", b"\x89PNG", b"x" * 500, qr_png(ADDRESSES[1])[:-5], qr_png(ADDRESSES[1]) + b"x"])
def test_file_that_is_no_code(png: bytes) -> None:
    assert not shows_address(png, ADDRESSES[1])
