"""A picture as its source has it → one for readers: small, and nothing but pixels. The only user of Pillow.

Runs in a process of its own (`picture_child`), because decoders are where hostile bytes do harm. Pixels are
painted onto a fresh canvas, so that no EXIF, XMP, profile, comment or trailing byte can travel along.
"""

import warnings
from io import BytesIO

from PIL import Image, UnidentifiedImageError

from newsmirror.exceptions import PictureError
from newsmirror.pictures import MAX_BYTES, MAX_WIDTH

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MAX_PIXELS = 20_000_000
MAX_SIDE = 16_383
"""WebP's own limit."""
QUALITIES = (60, 50, 40, 30)
"""60 gives 87 % of the bytes of the source's own JPEG files, at the same look on a phone."""
LARGE = 2_000_000
"""From so many pixels on, the encoder's slowest method would not be done in time."""
ORIENTATION = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def shrink(data: bytes) -> bytes:
    """The first frame of a JPEG, PNG, WebP or GIF file as WebP, at most 800 pixels wide and 60 KB.

    The same bytes give the same file with the same version of Pillow. Raises PictureError, whose text is
    ``no picture``, ``too many pixels`` or ``broken``, and MemoryError.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # damaged metadata is not taken along anyway
            return _encode(_paint(_open(data)))
    except (PictureError, MemoryError):
        raise
    except Exception as error:  # decoders answer hostile bytes with exceptions of every kind
        raise PictureError("broken") from error


def _open(data: bytes) -> Image.Image:
    try:
        image = Image.open(BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError as error:
        raise PictureError("no picture") from error
    except Image.DecompressionBombError as error:
        raise PictureError("too many pixels") from error
    if image.format not in FORMATS:  # an MPO file opens as JPEG
        raise PictureError("no picture")
    if image.width * image.height > MAX_PIXELS:
        raise PictureError("too many pixels")
    return image


def _paint(image: Image.Image) -> Image.Image:
    """The picture as it is meant to be seen, on a white canvas, in the published size."""
    turn = TURNS.get(_orientation(image))
    lies = turn is not None and turn >= Image.Transpose.ROTATE_90 and turn != Image.Transpose.ROTATE_180
    size = _fit(image.size[::-1])[::-1] if lies else _fit(image.size)
    image.draft("RGB", size)  # JPEG only: decodes at a fraction of the size and of the memory
    painted = _plain(image).resize(size, Image.Resampling.LANCZOS)
    canvas = Image.new("RGB", size, "white")
    canvas.paste(painted, mask=painted.getchannel("A") if painted.mode == "RGBA" else None)
    return canvas.transpose(turn) if turn is not None else canvas


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(ORIENTATION, 1))
    except Exception:  # EXIF is a format of its own, and may be broken in its own ways
        return 1


def _fit(size: tuple[int, int]) -> tuple[int, int]:
    """Width and height, made smaller where the width or the format's limit asks for it."""
    factor = min(1.0, MAX_WIDTH / size[0], MAX_SIDE / size[1])
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))


def _plain(image: Image.Image) -> Image.Image:
    """The first frame in RGB, or RGBA where something shines through."""
    image.load()
    if image.mode in ("I", "I;16", "I;16B", "I;16L", "I;16N", "F"):
        return image.convert("F").point(lambda value: value * (1 / 257) + 0).convert("L").convert("RGB")
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        return image.convert("RGBA")
    return image.convert("RGB")


def _encode(canvas: Image.Image) -> bytes:
    """The canvas as WebP: first with lower quality, then smaller, until it fits."""
    while True:
        for quality in QUALITIES:
            buffer = BytesIO()
            method = 6 if canvas.width * canvas.height < LARGE else 2
            canvas.save(buffer, "WEBP", quality=quality, method=method)
            if buffer.tell() <= MAX_BYTES:
                return buffer.getvalue()
        factor = min(0.8, (MAX_BYTES / buffer.tell()) ** 0.5)
        size = max(1, int(canvas.width * factor)), max(1, int(canvas.height * factor))
        canvas = canvas.resize(size, Image.Resampling.LANCZOS)
