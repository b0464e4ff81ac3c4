"""Files → a zip archive whose bytes follow from the files alone. Pure."""

import zipfile
from collections.abc import Iterable
from io import BytesIO

from newsmirror.items import OutputFile

TIME = (1980, 1, 1, 0, 0, 0)
"""The earliest time that zip knows, for every entry."""
STORED = (".webp", "mimetype")
"""What is packed already, and what readers of EPUB look for at its place."""


def pack(files: Iterable[OutputFile]) -> bytes:
    """The files in their order as a zip archive; the same files give the same bytes with the same zlib."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for file in files:
            entry = zipfile.ZipInfo(file.path, TIME)
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            entry.compress_type = zipfile.ZIP_STORED if file.path.endswith(STORED) else zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.content, compresslevel=9)
    return buffer.getvalue()
