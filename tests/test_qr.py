from io import BytesIO

import pytest
import zxingcpp
from PIL import Image

from newsmirror.exceptions import ConfigError
from newsmirror.qr import qr_png

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
