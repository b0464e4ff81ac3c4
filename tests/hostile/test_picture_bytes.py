"""Hostile picture files through the real decoding process: what is published are bytes of ours. Rows E20 to E23."""

import asyncio
import hashlib
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image

from newsmirror.exceptions import ConfigError, PictureError
from newsmirror.items import OutputFile
from newsmirror.picture_process import PictureProcess
from newsmirror.pictures import find_picture_fault
from newsmirror.qr import qr_png
from tests.hostile.measured import high_water
from tests.hostile.pictures import CANARY, PICTURES

PEAK_MB = 512


async def _shrink_all() -> tuple[dict[str, OutputFile | str], int]:
    """Each picture or why it is none, one after the other in one process, and the peak of its memory in MB."""
    process = PictureProcess()
    results: dict[str, OutputFile | str] = {}
    peak = 0
    for name, hostile in PICTURES.items():
        try:
            results[name] = await process.shrink(hostile.make())
        except PictureError as error:
            results[name] = str(error)
        if process._process:
            peak = max(peak, high_water(process._process.pid) // 1024)
    await process.close()
    return results, peak


@pytest.fixture(scope="module")
def shrunk() -> tuple[dict[str, OutputFile | str], int]:
    return asyncio.run(_shrink_all())


@pytest.mark.parametrize("name", PICTURES)
def test_hostile_picture(shrunk: tuple[dict[str, OutputFile | str], int], name: str) -> None:
    result = shrunk[0][name]

    assert isinstance(result, OutputFile) is PICTURES[name].taken, result
    if isinstance(result, OutputFile):
        assert find_picture_fault(result) is None  # plain WebP, named by its content, nothing behind it
        assert CANARY not in result.content
        assert hashlib.sha256(result.content).hexdigest() in result.path
    else:
        assert len(result) <= 40
        assert CANARY.decode() not in result


def test_decoder_stays_within_its_ceiling(shrunk: tuple[dict[str, OutputFile | str], int]) -> None:
    assert 0 < shrunk[1] < PEAK_MB


@pytest.mark.parametrize(
    "address",
    [
        "https://code.example/o/r/blob/main/pages/2026/11/20/1105991.md",
        "https://code.example/%E6%B2%B3%E8%BE%B9/pages/1.md",
        "https://code.example/" + "a" * 970,
        "https://xn--fiqs8s.example/?a=1&b=%0a#x",
    ],
)
def test_code_says_its_address_and_nothing_else(address: str) -> None:
    [found] = zxingcpp.read_barcodes(Image.open(BytesIO(qr_png(address))).convert("L"))

    assert found.text == address


@pytest.mark.parametrize("address", ["https://code.example/" + "a" * 980, "https://code.example/" + "河" * 334])
def test_address_that_no_phone_reads_has_no_code(address: str) -> None:
    with pytest.raises(ConfigError, match="over 1000 bytes"):
        qr_png(address)
