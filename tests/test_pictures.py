import struct

import pytest

from newsmirror.items import ListBlock, OutputFile, Paragraph, Picture, Quote, Span, StoredPicture
from newsmirror.pictures import (
    addresses,
    find_picture_fault,
    make_note,
    missing,
    picture_file,
    read_note,
    read_webp,
)
from tests.samples import webp

A, B, C = (Picture(f"https://img3.secretchina.com/{name}.jpg") for name in "abc")


def test_addresses_in_reading_order_each_once() -> None:
    blocks = (Paragraph((Span("字"),)), B, Quote((C, B)), ListBlock(((A,), (C,))))

    assert addresses(blocks) == (B.src, C.src, A.src)


def test_only_the_first_eight() -> None:
    blocks = tuple(Picture(f"https://img3.secretchina.com/{number}.jpg") for number in range(12))

    assert addresses(blocks) == tuple(block.src for block in blocks[:8])


def test_missing_asks_for_the_first_eight_only() -> None:
    blocks = tuple(Picture(f"https://img3.secretchina.com/{number}.jpg") for number in range(12))
    stored = [StoredPicture(block.src, "images/x.webp") for block in blocks[:8]]

    assert not missing(blocks, stored)
    assert missing(blocks, stored[1:])
    assert not missing((), ())


def test_note_of_a_record_and_back() -> None:
    stored = (StoredPicture(A.src, f"images/aa/{'a' * 64}.webp"), StoredPicture(B.src, f"images/bb/{'b' * 64}.webp"))

    assert read_note(make_note(reversed(stored))) == stored
    assert make_note(()) == {}


@pytest.mark.parametrize(
    "notes",
    [
        {},
        {"pictures": []},
        {"pictures": {A.src: 7}},
        {"pictures": {A.src: "../../etc/passwd"}},
        {"pictures": {A.src: f"images/aa/{'b' * 64}.webp"}},
    ],
)
def test_note_that_is_none_of_ours(notes: dict[str, object]) -> None:
    assert read_note(notes) == ()


def test_picture_is_named_by_its_content() -> None:
    assert picture_file(b"") == OutputFile(
        "images/e3/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855.webp", b""
    )


def test_size_is_read_from_the_file() -> None:
    assert read_webp(webp(160, 90)) == (160, 90)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no plain WebP picture"),
        (b"\xff\xd8\xff\xe0" + bytes(60), "no plain WebP picture"),
        (webp(8, 8) + b"PK\x03\x04", "other bytes than the picture's"),
        (webp(8, 8, exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0"), "no plain WebP picture"),
        (webp(8, 8, lossless=True), "no plain WebP picture"),
        (webp(8, 8)[:-2], "other bytes than the picture's"),
        (b"RIFF" + struct.pack("<I", 22) + b"WEBPVP8 " + struct.pack("<I", 10) + bytes(10), "no key frame"),
    ],
)
def test_other_files_are_refused(content: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_webp(content)


def test_fit_picture_has_no_fault() -> None:
    assert find_picture_fault(picture_file(webp(800, 40))) is None


@pytest.mark.parametrize(
    ("file", "fault"),
    [
        (OutputFile("images/00/00.webp", webp(8, 8)), "is not named by its content"),
        (picture_file(webp(801, 40)), "is over 800 pixels wide"),
        (picture_file(bytes(61_441)), "has over 61440 bytes"),
        (picture_file(b"GIF89a"), "has no plain WebP picture"),
    ],
)
def test_fault_of_a_picture(file: OutputFile, fault: str) -> None:
    assert find_picture_fault(file) == fault
