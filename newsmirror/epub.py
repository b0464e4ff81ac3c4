"""An edition as an EPUB 3 book. Pure. https://www.w3.org/TR/epub-33/"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

from newsmirror.edition import Edition, Item
from newsmirror.items import OutputFile, stamp
from newsmirror.packing import pack
from newsmirror.pictures import read_webp
from newsmirror.view import render_document
from newsmirror.xhtml import Image

FOLDER = "EPUB"
CONTAINER = """\
<?xml version="1.0" encoding="utf-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles>
<rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/>
</rootfiles>
</container>
"""


@dataclass(frozen=True)
class _Chapter:
    id: str
    file: str
    title: str
    content: bytes


def make_epub(edition: Edition) -> bytes:
    """The book as a file; equal editions give equal bytes."""
    return pack(_files(edition))


def _files(edition: Edition) -> Iterator[OutputFile]:
    yield OutputFile("mimetype", b"application/epub+zip")
    yield OutputFile("META-INF/container.xml", CONTAINER.encode())
    sections = [(name, [_chapter(edition, item) for item in items]) for name, items in edition.sections()]
    chapters = [chapter for _, members in sections for chapter in members]
    pictures = _pictures(edition)
    yield OutputFile(f"{FOLDER}/package.opf", _package(edition, chapters, pictures))
    yield OutputFile(
        f"{FOLDER}/nav.xhtml", _render("epub_nav.xhtml.j2", edition, title=edition.title, sections=sections)
    )
    yield OutputFile(f"{FOLDER}/style.css", style_sheet())
    for chapter in chapters:
        yield OutputFile(f"{FOLDER}/{chapter.file}", chapter.content)
    for path in pictures:
        yield OutputFile(f"{FOLDER}/{path}", edition.images[path])


def style_sheet() -> bytes:
    """The style of editions."""
    return files("newsmirror").joinpath("templates/edition.css").read_bytes()


def _render(template: str, edition: Edition, **values: object) -> bytes:
    return render_document(template, edition.script, **values)


def _chapter(edition: Edition, item: Item) -> _Chapter:
    places = {picture.src: picture.path for picture in item.pictures if picture.path in edition.images}
    sizes = {src: Image(path, *read_webp(edition.images[path])) for src, path in places.items()}
    view = edition.view(item, sizes.get, top=2)
    content = _render("epub_article.xhtml.j2", edition, view=view)
    return _Chapter(f"a{view.id}", f"a{view.id}.xhtml", view.title, content)


def _pictures(edition: Edition) -> list[str]:
    """Paths of the pictures that the articles show, each once."""
    paths = dict.fromkeys(path for _, items in edition.sections() for item in items for path in item.paths())
    return [path for path in paths if path in edition.images]


def _package(edition: Edition, chapters: list[_Chapter], pictures: list[str]) -> bytes:
    address = f"https://{edition.site.host}/{edition.script.value}/{edition.name}"
    return _render(
        "epub_package.opf.j2", edition,
        identifier=uuid.uuid5(uuid.NAMESPACE_URL, address).urn,
        title=edition.title,
        publisher=edition.script.convert(edition.site.title),
        source=f"https://{edition.site.host}/",
        modified=stamp(edition.newest),
        chapters=chapters,
        pictures=[{"id": f"p{number}", "path": path} for number, path in enumerate(pictures, 1)],
    )  # fmt: skip
