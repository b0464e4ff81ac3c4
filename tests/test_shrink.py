"""Hostile and odd pictures, made here, go in; small plain WebP files come out, or one of three reasons."""

import random
import struct
import zlib
from io import BytesIO
from itertools import pairwise

import pytest
from PIL import Image, PngImagePlugin

from newsmirror.exceptions import PictureError
from newsmirror.pictures import read_webp
from newsmirror.shrink import shrink
from tests.samples import encoded

CANARY = "CANARY-31.2304N"


def chart(width: int = 640, height: int = 360) -> Image.Image:
    """Four fields of different colours: red, green / blue, yellow."""
    image = Image.new("RGB", (width, height))
    for number, colour in enumerate(("red", "lime", "blue", "yellow")):
        column, line = number % 2, number // 2
        image.paste(
            colour,
            (column * width // 2, line * height // 2, (column + 1) * width // 2, (line + 1) * height // 2),
        )
    return image


def noise(width: int, height: int) -> Image.Image:
    return Image.frombytes("RGB", (width, height), random.Random(7).randbytes(width * height * 3))


def opened(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(shrink(data)))
    image.load()
    return image


def colour(image: Image.Image, x: float, y: float) -> tuple[int, ...]:
    """The colour at a place given as parts of width and height, each channel to the next multiple of 64."""
    pixel = image.getpixel((int(image.width * x), int(image.height * y)))
    assert isinstance(pixel, tuple)
    return tuple(min(255, round(int(channel) / 64) * 64) for channel in pixel)


RED, GREEN, BLUE, YELLOW, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (255, 255, 255)


def corners(image: Image.Image) -> tuple[tuple[int, ...], ...]:
    return tuple(colour(image, x, y) for y in (0.25, 0.75) for x in (0.25, 0.75))


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF", "JPEG"])
def test_each_format_becomes_webp_with_its_colours(kind: str) -> None:
    image = opened(encoded(chart(), kind))

    assert (image.format, image.mode, image.size) == ("WEBP", "RGB", (640, 360))
    assert corners(image) == (RED, GREEN, BLUE, YELLOW)


@pytest.mark.parametrize(
    ("size", "published"),
    [
        ((1600, 900), (800, 450)),
        ((801, 3), (800, 3)),
        ((800, 4000), (800, 4000)),
        ((1, 1), (1, 1)),
        ((9000, 1), (800, 1)),
    ],
)
def test_width_is_at_most_800(size: tuple[int, int], published: tuple[int, int]) -> None:
    assert read_webp(shrink(encoded(Image.new("RGB", size, "navy"), "PNG"))) == published


def test_height_stays_within_what_webp_can() -> None:
    width, height = read_webp(shrink(encoded(Image.new("L", (300, 32_766), 9), "PNG")))

    assert (width, height) == (150, 16_383)


def test_noise_is_made_small_by_quality_and_then_by_size() -> None:
    content = shrink(encoded(noise(1200, 900), "JPEG"))

    assert len(content) <= 61_440
    width, height = read_webp(content)
    assert 300 < width < 800
    assert abs(width / height - 4 / 3) < 0.02


def test_same_bytes_give_the_same_file() -> None:
    data = encoded(noise(300, 200), "PNG")

    assert shrink(data) == shrink(data)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_picture_stands_as_its_exif_says(orientation: int) -> None:
    upright = chart(600, 400)
    turned = {
        1: (), 2: (Image.Transpose.FLIP_LEFT_RIGHT,), 3: (Image.Transpose.ROTATE_180,),
        4: (Image.Transpose.FLIP_TOP_BOTTOM,), 5: (Image.Transpose.TRANSPOSE,), 6: (Image.Transpose.ROTATE_90,),
        7: (Image.Transpose.TRANSVERSE,), 8: (Image.Transpose.ROTATE_270,),
    }[orientation]  # fmt: skip
    stored = upright
    for step in turned:
        stored = stored.transpose(step)
    exif = Image.Exif()
    exif[0x0112] = orientation

    image = opened(encoded(stored, "JPEG", exif=exif, quality=95))

    assert image.size == (600, 400)
    assert corners(image) == (RED, GREEN, BLUE, YELLOW)


def test_upright_width_counts_for_a_picture_that_lies() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6

    assert opened(encoded(chart(3000, 1500), "JPEG", exif=exif)).size == (800, 1600)


def metadata() -> Image.Exif:
    exif = Image.Exif()
    exif[0x010E] = CANARY
    exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 13.0, 49.0), 29: CANARY})
    return exif


def png_text() -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", CANARY)
    info.add_itxt("XML:com.adobe.xmp", f"<x>{CANARY}</x>")
    return info


PROFILE = CANARY.encode() * 9
ZIP = b"PK\x03\x04" + CANARY.encode()
XMP = f"<x:xmpmeta>{CANARY}</x:xmpmeta>".encode()
LOADED = {
    "jpeg": encoded(chart(), "JPEG", exif=metadata(), comment=CANARY, icc_profile=PROFILE, xmp=XMP) + ZIP,
    "png": encoded(chart(), "PNG", exif=metadata(), pnginfo=png_text(), icc_profile=PROFILE) + ZIP,
    "gif": encoded(chart(), "GIF", comment=CANARY) + ZIP,
    "webp": encoded(chart(), "WEBP", exif=metadata(), icc_profile=PROFILE, xmp=XMP) + ZIP,
}


@pytest.mark.parametrize("name", LOADED)
def test_nothing_but_pixels_is_taken_along(name: str) -> None:
    assert CANARY.encode() in LOADED[name] or name == "png"  # compressed there

    content = shrink(LOADED[name])

    assert CANARY.encode() not in content
    assert not any(mark in content for mark in (b"EXIF", b"Exif", b"XMP ", b"ICCP", b"GPS", b"PK\x03\x04"))
    assert Image.open(BytesIO(content)).info.keys() <= {"background", "loop", "timestamp", "duration"}
    read_webp(content)  # one chunk and nothing behind it


def with_hole(image: Image.Image) -> Image.Image:
    """The left half of a picture made transparent."""
    hole = image.convert("RGBA")
    hole.paste((9, 9, 9, 0), (0, 0, image.width // 2, image.height))
    return hole


def palette_with_hole() -> bytes:
    image = Image.new("P", (64, 64), 1)
    image.putpalette([0, 0, 0, 0, 255, 0] + [0] * 762)
    image.paste(0, (0, 0, 32, 64))
    return encoded(image, "PNG", transparency=0)


@pytest.mark.parametrize(
    ("data", "right"),
    [
        (encoded(with_hole(chart()), "PNG"), GREEN),
        (encoded(with_hole(chart()), "WEBP", lossless=True), GREEN),
        (palette_with_hole(), GREEN),
        (encoded(with_hole(Image.new("RGB", (64, 64), "black")).convert("LA"), "PNG"), (0, 0, 0)),
        (encoded(Image.new("RGB", (64, 64), "black"), "PNG", transparency=(0, 0, 0)), WHITE),
    ],
    ids=["png", "webp", "palette", "grey", "colour key"],
)
def test_what_is_transparent_becomes_white(data: bytes, right: tuple[int, ...]) -> None:
    image = opened(data)

    assert colour(image, 0.25, 0.25) == WHITE
    assert colour(image, 0.75, 0.25) == right


def sixteen_bit_colours() -> bytes:
    """A PNG of 16 bits a channel, which Pillow cannot write: red, as large as its header says."""
    row = b"\0" + struct.pack(">HHH", 65535, 0, 0) * 20
    return png(20, 20, 16, 2, zlib.compress(row * 20))


def png(width: int, height: int, depth: int, kind: int, data: bytes) -> bytes:
    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (encoded(Image.new("I;16", (20, 20), 40_000), "PNG"), (128, 128, 128)),
        (encoded(Image.new("I;16", (20, 20), 65_535), "PNG"), WHITE),
        (encoded(Image.new("L", (20, 20), 128), "JPEG"), (128, 128, 128)),
        (encoded(Image.new("1", (20, 20), 1), "PNG"), WHITE),
        (encoded(Image.new("CMYK", (20, 20), (0, 255, 255, 0)), "JPEG"), RED),
        (encoded(Image.new("RGB", (20, 20), "blue"), "JPEG", progressive=True), BLUE),
        (sixteen_bit_colours(), RED),
    ],
    ids=["16 bit grey", "16 bit white", "grey", "black and white", "CMYK", "progressive", "16 bit colour"],
)
def test_odd_colour_spaces(data: bytes, expected: tuple[int, ...]) -> None:
    assert colour(opened(data), 0.5, 0.5) == expected


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_first_frame_of_many(kind: str) -> None:
    frames = [Image.new("RGB", (40, 40), name) for name in ("red", "lime", "blue")]

    image = opened(encoded(frames[0], kind, save_all=True, append_images=frames[1:]))

    assert colour(image, 0.5, 0.5) == RED
    assert getattr(image, "n_frames", 1) == 1


HUGE_GIF = b"GIF89a" + struct.pack("<HHBBBBHHHHBBB", 65_535, 65_535, 0, 0, 0, 44, 0, 0, 65_535, 65_535, 0, 8, 0) + b";"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "no picture"),
        (b"<!DOCTYPE html><title>404</title>", "no picture"),
        (b"GIF89a=1;alert(1)//", "no picture"),
        (encoded(chart(), "TIFF"), "no picture"),
        (encoded(chart(), "BMP"), "no picture"),
        (encoded(chart(), "PDF"), "no picture"),
        (encoded(chart(), "ICO"), "no picture"),
        (encoded(chart(), "EPS"), "no picture"),
        (encoded(chart(), "AVIF"), "no picture"),
        (encoded(chart(), "MPO", save_all=True, append_images=[chart()]), "no picture"),
        (encoded(chart(), "JPEG")[:-3000], "broken"),
        (encoded(noise(64, 64), "PNG")[:-3000], "broken"),
        (encoded(noise(64, 64), "WEBP")[:-900], "broken"),
        (png(0, 10, 8, 2, zlib.compress(b"")), "no picture"),
        (png(20, 20, 8, 2, zlib.compress(b"\0" * 9)), "broken"),
        (png(13_300, 13_300, 1, 0, zlib.compress((b"\0" + bytes(1663)) * 13_300)), "too many pixels"),
        (png(2**31 - 1, 2**31 - 1, 8, 2, b""), "too many pixels"),
        (png(4001, 5000, 8, 2, b""), "too many pixels"),
        (HUGE_GIF, "too many pixels"),
    ],
    ids=[
        "empty", "svg", "html", "gif and script", "tiff", "bmp", "pdf", "ico", "eps", "avif", "mpo", "cut jpeg",
        "cut png", "cut webp", "no width", "too few rows", "bomb", "huge header", "just too large", "huge gif",
    ],
)  # fmt: skip
def test_what_is_no_fit_picture_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(PictureError) as caught:
        shrink(data)

    assert str(caught.value) == reason


def test_damaged_bytes_never_raise_anything_else() -> None:
    chance = random.Random(11)
    seeds = [*LOADED.values(), palette_with_hole(), sixteen_bit_colours()]
    reasons = set()
    for _ in range(400):
        data = bytearray(chance.choice(seeds))
        for _ in range(chance.choice((1, 3, 30))):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            read_webp(shrink(bytes(data)))
        except PictureError as error:
            reasons.add(str(error))

    assert reasons <= {"no picture", "too many pixels", "broken"}
    assert "broken" in reasons


def test_quality_falls_before_size() -> None:
    sizes = [len(shrink(encoded(noise(side, side), "PNG"))) for side in (100, 200, 300)]

    assert all(before < after for before, after in pairwise(sizes))
    assert read_webp(shrink(encoded(noise(300, 300), "PNG"))) == (300, 300)
