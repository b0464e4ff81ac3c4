"""Pages that have moved: an article's record notes where its page stood before, so that old links find it. Pure.

A change of `NEWSMIRROR_PAGE_PATH` moves pages when the mirror is rebuilt. At each earlier place stays a short page with
a link to the newest one, whichever way the page has gone since.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from newsmirror.items import OutputFile, Row
from newsmirror.render import PageStyle, render_moved

EARLIER = "earlier"
PLACE = re.compile(r"pages/(?:(?!\.{1,2}/)[^/\x00-\x1f]+/)*[^/\x00-\x1f]+\.md")


def earlier_paths(notes: Mapping[str, Any]) -> tuple[str, ...]:
    """Where a page stood before, by its record's notes; what is no place of a page is left out."""
    found = notes.get(EARLIER)
    paths = found if isinstance(found, list) else []
    return tuple(sorted({path for path in paths if isinstance(path, str) and PLACE.fullmatch(path)}))


def note_move(notes: Mapping[str, Any], old: str, new: str) -> dict[str, Any]:
    """A record's notes after its page has gone from *old* to *new*, which may be the same."""
    earlier = sorted({*earlier_paths(notes), old} - {new})
    others = {name: note for name, note in notes.items() if name != EARLIER}
    return {EARLIER: earlier, **others} if earlier else others


def moved_pages(row: Row, notes: Mapping[str, Any], style: PageStyle) -> Iterator[OutputFile]:
    """What stands at the earlier places of an article's page."""
    for path in earlier_paths(notes):
        yield OutputFile(path, render_moved(row, path=path, style=style).encode())
