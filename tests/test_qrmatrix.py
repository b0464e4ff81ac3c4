"""The modules are those that the package `qrcode` makes of the same bytes."""

import pytest
import qrcode

from newsmirror.qrmatrix import modules

EDGES = [
    14,
    15,
    26,
    27,
    42,
    43,
    62,
    63,
    84,
    85,
    106,
    107,
    122,
    123,
    152,
    153,
    180,
    181,
    213,
    214,
    251,
    252,
    287,
    288,
    1000,
]
"""Bytes that just fit the first versions, and one more: another size, other blocks, a longer field of length."""


def of_package(data: bytes) -> list[bytes]:
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0, mask_pattern=0)
    code.add_data(data, optimize=0)
    code.make(fit=True)
    return [bytes(row) for row in code.get_matrix()]


def address(length: int) -> bytes:
    return (b"https://a.example/" + b"/%E7%9C%8B/p992542.md" * 60)[:length]


@pytest.mark.parametrize("length", EDGES)
def test_modules_are_those_of_the_package(length: int) -> None:
    assert modules(address(length)) == of_package(address(length))


def test_any_byte_may_stand_in_a_code() -> None:
    data = bytes(range(256))

    assert modules(data) == of_package(data)


def test_modules_refuse_what_no_code_holds() -> None:
    assert len(modules(b"a" * 2331)) == 177
    with pytest.raises(ValueError, match="2332 bytes"):
        modules(b"a" * 2332)
