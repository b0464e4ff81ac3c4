"""What the record of runs says: how the last ones ended, and counts by day. Pure.

A run is the status that `make_status` made, read back from JSON. Fields that a run lacks (an older version wrote
it, or it ended before it had a working copy) count as nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

Run = Mapping[str, Any]
QUARANTINE = {"http", "unreachable", "identity", "limited", "refused", "scraped"}
"""Results of articles that are no quarantine: nothing came, or it was taken."""
UNCOUNTED = {"busy"}
"""Outcomes that say nothing about the mirror: another run was at work."""


def finished_at(run: Run) -> datetime:
    """When a run ended, aware; the epoch where its time cannot be read."""
    try:
        when = datetime.fromisoformat(str(run.get("finished", "")))
    except ValueError:
        return datetime.fromtimestamp(0, UTC)
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def succeeded(run: Run) -> bool:
    """Whether nothing was left to do: exit code 0."""
    return run.get("exit_code") == 0


def last_success(runs: Sequence[Run]) -> datetime | None:
    """When the newest run with exit code 0 ended."""
    return next((finished_at(run) for run in reversed(runs) if succeeded(run)), None)


def quarantined(run: Run) -> dict[str, int]:
    """Articles that came and were not taken, by reason."""
    results = run.get("article_results")
    found = results if isinstance(results, Mapping) else {}
    return {str(reason): int(count) for reason, count in found.items() if reason not in QUARANTINE and count}


def reached(result: Any) -> bool:
    """Whether a remote's result in the status says that it holds the newest commit."""
    return isinstance(result, Mapping) and result.get("result") in ("pushed", "current")


def age_words(age: timedelta) -> str:
    """An age as an operator says it: ``41 minutes``, ``5 hours``, ``3 days``."""
    minutes = int(age.total_seconds() // 60)
    if minutes < 120:
        return f"{minutes} minute{'s' * (minutes != 1)}"
    return f"{minutes // 60} hours" if minutes < 48 * 60 else f"{minutes // 1440} days"


def bytes_words(size: int | None) -> str:
    """A size in the unit that suits it, as ``56.2 MB`` (10⁶ bytes)."""
    if size is None:
        return "unknown"
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("KB", 10**3)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size} bytes"


@dataclass(frozen=True)
class Day:
    """The runs that ended on one day (UTC)."""

    day: date
    new: Mapping[str, int]
    """New articles by category."""
    ended: Mapping[str, int]
    """Runs by outcome, ``busy`` left out."""
    quarantined: int
    seconds: float | None
    """Median duration of the runs, None where no run tells."""
    packed_bytes: int | None
    """The repository's packed size after the last run, None where no run tells."""


def by_day(runs: Iterable[Run], *, today: date, days: int) -> list[Day]:
    """The last *days* days up to *today*, oldest first, those without a run included."""
    groups: dict[date, list[Run]] = {today - timedelta(days=n): [] for n in range(days - 1, -1, -1)}
    for run in runs:
        group = groups.get(finished_at(run).astimezone(UTC).date())
        if group is not None and run.get("outcome") not in UNCOUNTED:
            group.append(run)
    return [_day(day, group) for day, group in groups.items()]


def _day(day: date, runs: list[Run]) -> Day:
    new: Counter[str] = Counter()
    for run in runs:
        counts = run.get("new_by_category")
        new.update(counts if isinstance(counts, Mapping) else {"": int(run.get("new") or 0)})
    durations = sorted(float(run["seconds"]) for run in runs if isinstance(run.get("seconds"), int | float))
    sizes = [int(run["packed_bytes"]) for run in runs if isinstance(run.get("packed_bytes"), int)]
    return Day(
        day=day,
        new={key: count for key, count in new.items() if count},
        ended=Counter(str(run.get("outcome")) for run in runs),
        quarantined=sum(sum(quarantined(run).values()) for run in runs),
        seconds=durations[len(durations) // 2] if durations else None,
        packed_bytes=sizes[-1] if sizes else None,
    )
