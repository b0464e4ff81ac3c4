"""When a published article is looked at again, and what follows from what stands there then. Pure.

Sources correct articles in their first days, and take some away. So each is looked at again an hour, six hours and a
day after the mirror took it, and a last time when it is three days old. What is not there is asked for once more a day
later, because one 404 proves nothing; what is gone is asked for three times more in a month, in case it comes back.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

STEPS = (timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=3))
"""After an article was taken; the last one after its publication, where that was earlier."""
GONE_STEPS = (timedelta(days=3), timedelta(days=10), timedelta(days=30))
"""After an article was found to be gone."""
LEAST_PAUSE = timedelta(hours=1)
"""Between two looks, however late the article was found: a run right after another one asks for nothing."""
SURE = timedelta(days=1)
"""So far apart two answers must be that say that there is no such page."""
MAX_WAIT = timedelta(days=1)
LATE = timedelta(days=7)
"""A look that is later than that is let go: the mirror was not run, or nobody answers."""
MAX_LOOKS = 300
"""Looks a run; the rest stays due. An hourly run has some 15, a daily one 250, at 81 articles a day."""
MAX_EDITS = 3
"""Updates of an article within `EDITS_PERIOD`; later ones wait, so that none is lost and history stays small."""
EDITS_PERIOD = timedelta(days=1)
MISSING_SHARE, LEAST_MISSING = 0.5, 5
"""So many of a run's looks that find nothing say something of whoever answers, nothing of the articles."""


class Seen(Enum):
    """What a look found."""

    THERE = "there"
    """The article, or the source's word that it has not changed."""
    MISSING = "missing"
    """Status 404 or 410."""
    FAILED = "failed"
    """Anything else: no answer, another status, a block page, half a page. It says nothing of the article."""
    REFUSED = "refused"
    """The source's own answer, but none that is taken: a version for a person to look at, words that say 404."""
    HELD = "held"
    """Another version, which waits because the article was updated too often (`MAX_EDITS`)."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a run saw of one article."""

    id: int
    seen: Seen
    etag: str = ""
    modified: str = ""
    """The source's marks of the version that came, to ask later whether there is another one."""


@dataclass(frozen=True, slots=True)
class Look:
    """The next look at an article. Times are aware, to the second."""

    id: int
    due: datetime
    start: datetime
    """What the steps count from: when the mirror took the article, or since when it is known to be gone."""
    end: datetime
    """When the last look is due at the latest."""
    missing: datetime | None = None
    """When the first of the last answers in a row came that there is no such page."""
    gone: bool = False
    failed: int = 0
    """Looks in a row that brought nothing."""
    etag: str = ""
    modified: str = ""
    """See `Sighting`; of the version that is published."""

    @property
    def _steps(self) -> tuple[timedelta, ...]:
        return GONE_STEPS if self.gone else STEPS

    def after(self, sighting: Sighting, now: datetime) -> "Look | None":
        """The look that follows one that was taken *now*, None where there is none any more."""
        match sighting.seen:
            case Seen.FAILED:
                return self._after_failure(now)
            case Seen.MISSING:
                return self._after_missing(now)
            case Seen.REFUSED:
                return replace(self, failed=0)._next(now)
            case Seen.HELD:
                return replace(self, due=now + EDITS_PERIOD, missing=None, failed=0)
        there = replace(self, missing=None, failed=0, etag=sighting.etag, modified=sighting.modified)
        if self.gone:  # one that has come back may well go again
            there = replace(there, gone=False, start=now, end=now + STEPS[-1])
        return there._next(now)

    def _after_missing(self, now: datetime) -> "Look | None":
        bare = replace(self, failed=0, etag="", modified="")
        if self.gone:
            return bare._next(now)
        first = self.missing or now
        if now - first < SURE:
            return replace(bare, missing=first, due=first + SURE)
        return replace(bare, missing=first, gone=True, start=now, end=now + GONE_STEPS[-1])._next(now)

    def _after_failure(self, now: datetime) -> "Look | None":
        due = now + min(LEAST_PAUSE * 2 ** min(self.failed, 10), MAX_WAIT)
        end = max(self.end, self.missing + SURE) if self.missing else self.end
        return replace(self, due=due, failed=self.failed + 1) if due <= end + LATE else None

    def _next(self, now: datetime) -> "Look | None":
        if self.end <= now:
            return None
        step = next((self.start + step for step in self._steps if self.start + step > now), self.end)
        return replace(self, due=max(min(step, self.end), now + LEAST_PAUSE))


def first_look(identifier: int, published: datetime, *, date_only: bool, now: datetime) -> Look | None:
    """The first look at an article that was published here *now*; None where it is older than three days.

    Of *published* only the day may be known; then the article counts as published at that day's end.
    """
    born = min(published + timedelta(days=1) if date_only else published, now)
    return Look(identifier, now, start=now, end=born + STEPS[-1])._next(now)


def follow(look: Look | None, sighting: Sighting, now: datetime) -> Look | None:
    """The next look at an article. Where none was planned, a person asked for it: only what is odd is followed up."""
    if look is None and sighting.seen not in (Seen.MISSING, Seen.HELD):
        return None
    return (look or Look(sighting.id, now, start=now, end=now)).after(sighting, now)


def are_missing(missing: int, looks: int) -> bool:
    """Whether that many looks without a page, of all that were answered, can be believed."""
    return missing < LEAST_MISSING or missing <= MISSING_SHARE * looks
