"""An article's page made anew from its record, without the source."""

from collections.abc import Callable
from dataclasses import replace

from newsmirror.config import Config
from newsmirror.items import Page
from newsmirror.notes import read_marks
from newsmirror.pictures import read_note
from newsmirror.placing import make_page
from newsmirror.record import Record
from newsmirror.render import render_page
from newsmirror.site import Site


def remake_page(
    record: Record,
    *,
    path: str | None = None,
    config: Config,
    site: Site,
    prefix: str | None,
    exists: Callable[[str], bool],
) -> Page:
    """The page as a crawl with these settings would make it, its QR code left out.

    *path* is where it stands, None for where it belongs by the settings; *exists* says what is in the tree.
    """
    article, marks = record.article, read_marks(record.notes)
    pictures = tuple(picture for picture in read_note(record.notes) if exists(picture.path))
    page = make_page(article, config, prefix, path=path)
    text = render_page(
        article,
        path=page.path, address=page.address, site=site, style=config.style, pictures=pictures, marks=marks,
    )  # fmt: skip
    return replace(page, pictures=pictures, markdown=text, marks=marks)
