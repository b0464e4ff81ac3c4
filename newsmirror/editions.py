"""Makes editions from the newest commit of a mirror, without the source and without a lock."""

import re
from datetime import date, timedelta

from newsmirror import paths
from newsmirror.archive import read_records
from newsmirror.config import Config
from newsmirror.edition import Edition, Item, choose_pictures
from newsmirror.epub import make_epub
from newsmirror.exceptions import RefusedError
from newsmirror.git import Repository
from newsmirror.items import OutputFile, Row
from newsmirror.notes import read_marks
from newsmirror.offline import make_offline
from newsmirror.pictures import find_picture_fault, read_note
from newsmirror.record import Record
from newsmirror.site import Site
from newsmirror.state import read_rows

MAX_DAY_BYTES = 3_000_000
"""What a day of an edition may have; pictures that do not fit stay captions with a link."""
WEEK = re.compile(r"(\d{4})-W(\d{2})")


def days_of(*, day: str | None, week: str | None) -> tuple[str, tuple[date, ...]]:
    """The name of an edition and its days, from ``2026-11-23`` or an ISO week, ``2026-W47``.

    Raises RefusedError where neither or both are given, or there is no such day or week.
    """
    if bool(day) == bool(week):
        raise RefusedError("give either --day 2026-11-23 or --week 2026-W47")
    try:
        if day:
            found = date.fromisoformat(day)
            return f"{found}", (found,)
        match = WEEK.fullmatch(week or "")
        if not match:
            raise ValueError
        monday = date.fromisocalendar(int(match[1]), int(match[2]), 1)
    except ValueError:
        given = day or week
        raise RefusedError(f"'{given}' is no day or week; use --day 2026-11-23 or --week 2026-W47") from None
    return week or "", tuple(monday + timedelta(number) for number in range(7))


def make_edition(
    repository: Repository, *, name: str, days: tuple[date, ...], site: Site, config: Config, pictures: bool
) -> Edition:
    """The edition of some days with as many pictures as fit; RefusedError where they have no article."""
    rows = list(read_rows(repository.contents(map(paths.data_path, days)).values()))
    if not rows:
        raise RefusedError(f"the mirror has no article of {name}; its newest are on the front page")
    items = tuple(_item(row, record) for row, record in read_records(repository, rows))
    edition = Edition(site, config.style.script, name, items)
    if not pictures or config.style.images != "mirror":
        return edition
    return Edition(site, config.style.script, name, items, _pictures(repository, edition))


def _item(row: Row, record: Record | None) -> Item:
    if record is None:
        return Item(row, None)
    return Item(row, record.article, read_note(record.notes), read_marks(record.notes))


def _pictures(repository: Repository, edition: Edition) -> dict[str, bytes]:
    """The pictures that are taken along, day by day, read from the newest commit."""
    chosen: dict[str, bytes] = {}
    for day in edition.days():
        part = edition.of_day(day)
        room = MAX_DAY_BYTES - max(len(make_epub(part)), len(make_offline(part)))
        wanted = dict.fromkeys(path for item in part.items for path in item.paths())
        contents = repository.contents(wanted)
        fit = {path: data for path, data in contents.items() if find_picture_fault(OutputFile(path, data)) is None}
        chosen |= choose_pictures(part.items, fit, room)
    return chosen
