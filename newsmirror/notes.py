"""The marks of a page in the notes of its record, so that whatever is made anew says the same. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from newsmirror.items import stamp
from newsmirror.marks import Marks

YEARS = range(2000, 3000)
"""Of a time that can be a mark; others come from strangers, and some of them have no place in another zone."""


def read_marks(notes: Mapping[str, Any]) -> Marks:
    """The marks that a record notes; what is no time is left out."""
    return Marks(_time(notes.get("updated")), _time(notes.get("gone")))


def change_marks(notes: Mapping[str, Any], marks: Marks) -> dict[str, Any]:
    """An article's notes with these marks in the place of those before."""
    times = {"updated": marks.updated, "gone": marks.gone}
    others = {name: note for name, note in notes.items() if name not in times}
    return others | {name: stamp(time) for name, time in times.items() if time}


def _time(value: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found and found.tzinfo and found.year in YEARS else None
