"""An edition as plain HTML in a zip: each day is one page that holds everything it shows. Pure.

Phones open a page out of an archive or a download without the files beside it; so pictures and style are inside.
"""

import base64
import hashlib
from collections.abc import Iterator

from markupsafe import Markup

from newsmirror.edition import Edition, Item
from newsmirror.epub import style_sheet
from newsmirror.items import OutputFile
from newsmirror.packing import pack
from newsmirror.pictures import read_webp
from newsmirror.view import View, render_document
from newsmirror.xhtml import Image


def make_offline(edition: Edition) -> bytes:
    """The archive; equal editions give equal bytes."""
    return pack(_files(edition))


def _files(edition: Edition) -> Iterator[OutputFile]:
    days = [edition.of_day(day) for day in edition.days()]
    if len(days) == 1:
        yield OutputFile("index.html", _page(days[0], edition.title))
        return
    counts = [(day.name, len(day.items)) for day in days]
    yield OutputFile("index.html", _document("edition_week.html.j2", edition, title=edition.title, days=counts))
    for day in days:
        yield OutputFile(f"{day.name}.html", _page(day, day.title))


def _page(edition: Edition, title: str) -> bytes:
    sections = [(name, [_view(edition, item) for item in items]) for name, items in edition.sections()]
    return _document("edition_day.html.j2", edition, title=title, sections=sections)


def _document(template: str, edition: Edition, **values: object) -> bytes:
    style = style_sheet().decode()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return render_document(template, edition.script, style=Markup(style), digest=digest, **values)  # noqa: S704  # ours


def _view(edition: Edition, item: Item) -> View:
    found = {picture.src: edition.images[picture.path] for picture in item.pictures if picture.path in edition.images}
    return edition.view(item, {src: _inside(content) for src, content in found.items()}.get, top=4)


def _inside(content: bytes) -> Image:
    """A picture as an address that holds it."""
    return Image(f"data:image/webp;base64,{base64.b64encode(content).decode()}", *read_webp(content))
