"""What a page says of its source since it was published: that the text was updated, that the original is gone."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Marks:
    """Times are aware, to the second."""

    updated: datetime | None = None
    """When the newest version of the text was taken over."""
    gone: datetime | None = None
    """When it was certain that the source has deleted the article."""


NO_MARKS = Marks()
