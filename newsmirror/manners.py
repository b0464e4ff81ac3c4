"""How long to stay away from a source that asks for it. Pure."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

MAX_WAIT_SECONDS = 60.0
"""A Retry-After up to this is waited for; a longer one ends the asking in this run."""
BASE_PAUSE = timedelta(minutes=15)
MAX_PAUSE = timedelta(hours=24)
"""Between runs: 15 minutes after the first run that was turned away, doubled with each further one, a day at most."""


def retry_after(value: str, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for; None where it says nothing: absent, junk, negative.

    >>> retry_after("120", datetime(2026, 11, 24, tzinfo=UTC))
    120.0
    >>> retry_after("Tue, 24 Nov 2026 00:01:00 GMT", datetime(2026, 11, 24, tzinfo=UTC))
    60.0
    """
    value = value.strip()
    if re.fullmatch(r"[0-9]{1,12}", value):
        return float(value)
    try:
        wanted = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    if wanted.tzinfo is None:
        wanted = wanted.replace(tzinfo=UTC)
    return max(0.0, (wanted - now).total_seconds())


def pause_after(runs: int, asked_seconds: float | None) -> timedelta:
    """How long to stay away after so many runs in a row that were turned away: as asked, but within our own bounds."""
    own = BASE_PAUSE * 2.0 ** min(max(runs, 1) - 1, 10)
    asked = timedelta(seconds=min(asked_seconds or 0.0, MAX_PAUSE.total_seconds()))
    return min(max(own, asked), MAX_PAUSE)
