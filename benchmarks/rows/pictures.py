"""What pictures cost, each: the way through the process that decodes them, as in a run."""

import asyncio
import random
from collections.abc import Iterator
from io import BytesIO
from time import perf_counter

from PIL import Image, ImageFilter

from benchmarks.figures import Figure, figure
from benchmarks.rig import Bench
from newsmirror.picture_process import PictureProcess

ROW = "pictures"
PICTURES = 12
SIDES = (1200, 800)


def measure(bench: Bench) -> Iterator[Figure]:
    """Photographs as far as an encoder can tell, of the size that the source's have, each shrunk on its own."""
    sources = [_photograph(number) for number in range(PICTURES)]
    times: list[float] = []
    sizes: list[float] = []
    for _ in range(bench.runs):
        found = asyncio.run(_shrink(sources))
        times.append(1000 * sum(seconds for seconds, _ in found) / PICTURES)
        sizes.append(sum(size for _, size in found) / PICTURES)
    held = [sum(map(len, sources)) / PICTURES]
    yield figure(ROW, f"time of a picture of {SIDES[0]} by {SIDES[1]}", times, "ms wall")
    yield figure(ROW, "size of a picture", sizes, "bytes", reference="as the source sends it", against=held)


async def _shrink(sources: list[bytes]) -> list[tuple[float, int]]:
    """Seconds and bytes of each picture; the start of the process belongs to none of them."""
    process = PictureProcess()
    try:
        await process.shrink(sources[0])
        found = []
        for data in sources:
            start = perf_counter()
            file = await process.shrink(data)
            found.append((perf_counter() - start, len(file.content)))
    finally:
        await process.close()
    return found


def _photograph(number: int) -> bytes:
    """Soft shapes with some grain, as JPEG of the usual quality; the same each time."""
    source = random.Random(number)  # noqa: S311
    small = Image.new("RGB", (24, 16))
    small.putdata([tuple(source.randrange(256) for _ in range(3)) for _ in range(24 * 16)])
    grain = Image.frombytes("L", SIDES, source.randbytes(SIDES[0] * SIDES[1])).filter(ImageFilter.GaussianBlur(1))
    image = Image.blend(small.resize(SIDES, Image.Resampling.BICUBIC), grain.convert("RGB"), 0.12)
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=75)
    return buffer.getvalue()
