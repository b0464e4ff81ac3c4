"""The record of runs → what ``scrapy status`` shows: lines for a terminal, one page with charts. Pure.

The page is one file that loads nothing: it can be looked at from a disk, mailed, or served by any web server.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from newsmirror.charts import Series, bar_chart, colour, line_chart
from newsmirror.history import (
    Day,
    Run,
    age_words,
    by_day,
    bytes_words,
    finished_at,
    last_success,
    quarantined,
    reached,
    succeeded,
)  # fmt: skip

COLUMNS = ("finished (UTC)", "ended", "new", "updated", "quarantined", "pushed", "seconds", "packed")
GOOD = {"published", "nothing_new"}
DAYS = 30
ROWS = 50
SHOWN_CATEGORIES = 9
"""Categories with a colour of their own; the rest are summed up as "other"."""


@dataclass(frozen=True)
class Health:
    """Whether the mirror is well, in one sentence."""

    healthy: bool
    headline: str


def judge_health(runs: Sequence[Run], *, now: datetime, max_age: timedelta | None) -> Health:
    """Well is a mirror whose last success is not older than *max_age*, or, without one, whose last run succeeded."""
    counted = [run for run in runs if run.get("outcome") != "busy"]
    if not counted:
        return Health(False, "No run is on record yet.")
    last, success = counted[-1], last_success(counted)
    words = f"The last run ended {last['outcome']} {age_words(now - finished_at(last))} ago"
    if success is None:
        return Health(False, f"{words}; no run on record succeeded: {last.get('sentence', '')}.")
    age = now - success
    healthy = age <= max_age if max_age else succeeded(last)
    if succeeded(last):
        return Health(healthy, f"{words}; {last.get('articles', 0)} articles.")
    return Health(healthy, f"{words} ({last.get('sentence', '')}); the last success is {age_words(age)} old.")


def run_cells(run: Run) -> tuple[str, ...]:
    """One run as the cells of `COLUMNS`."""
    reasons = ", ".join(f"{reason} {count}" for reason, count in sorted(quarantined(run).items()))
    count = run.get("quarantined") or 0
    seconds = run.get("seconds")
    return (
        f"{finished_at(run).astimezone(UTC):%Y-%m-%d %H:%M}",
        str(run.get("outcome")),
        str(run.get("new", 0)),
        str(run.get("updated", 0)),
        f"{count} ({reasons})" if reasons else str(count),
        pushed_words(run.get("remotes")),
        f"{seconds:.0f}" if isinstance(seconds, int | float) else "",
        bytes_words(run["packed_bytes"]) if isinstance(run.get("packed_bytes"), int) else "",
    )


def pushed_words(remotes: Any) -> str:
    """The remotes of a run: those that hold its commit by name, the others with their result."""
    if not isinstance(remotes, Mapping):
        return ""
    return ", ".join(name if reached(r) else f"{name}: {r.get('result')}" for name, r in remotes.items())


def text_table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as lines with aligned columns; no space at line ends."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def status_lines(runs: Sequence[Run], health: Health, *, count: int) -> list[str]:
    """What a terminal shows: the sentence, then the last *count* runs, newest first."""
    if not runs:
        return [health.headline]
    newest = [run_cells(run) for run in reversed(runs[-count:])]
    return [health.headline, "", *text_table([COLUMNS, *newest])]


def status_page(runs: Sequence[Run], health: Health, *, now: datetime, names: Mapping[str, str]) -> str:
    """The page with charts of the last 30 days; *names* are the categories' names by key."""
    days = by_day(runs, today=now.astimezone(UTC).date(), days=DAYS)
    environment = Environment(loader=PackageLoader("newsmirror"), undefined=StrictUndefined, autoescape=True,
                              trim_blocks=True, lstrip_blocks=True)  # fmt: skip
    return environment.get_template("status.html.j2").render(
        headline=health.headline,
        healthy=health.healthy,
        charts=_charts(days, names),
        columns=COLUMNS,
        rows=[{"cells": run_cells(run), "good": succeeded(run)} for run in reversed(runs[-ROWS:])],
    )


def _charts(days: Sequence[Day], names: Mapping[str, str]) -> list[dict[str, Any]]:
    dates = [day.day for day in days]
    articles = _series([day.new for day in days], names)
    failures = _series([{k: n for k, n in day.ended.items() if k not in GOOD} for day in days], {})
    refused = [Series("quarantined", [day.quarantined for day in days])]
    drawn = [
        ("New articles a day", articles, bar_chart(dates, articles, title="new articles a day by category")),
        ("Runs that did not succeed", failures, bar_chart(dates, failures, title="failed runs a day by outcome")),
        ("Articles in quarantine", [], bar_chart(dates, refused, title="articles quarantined a day")),
    ]
    seconds = line_chart(dates, [d.seconds for d in days], title="seconds a run", words=lambda v: f"{v:g} s")
    sizes = line_chart(dates, [d.packed_bytes for d in days], title="packed size", words=lambda v: bytes_words(int(v)))
    drawn += [("Seconds a run (median of the day)", [], seconds), ("Packed size of the repository", [], sizes)]
    return [
        {"title": title, "svg": svg, "key": [(row.name, colour(i)) for i, row in enumerate(key)]}
        for title, key, svg in drawn
    ]


def _series(counts: Sequence[Mapping[str, int]], names: Mapping[str, str]) -> list[Series]:
    """Counts by day → one series a key, the most frequent first; rare keys are summed up."""
    total: Counter[str] = Counter()
    for day in counts:
        total.update(day)
    keys = [key for key, _ in sorted(total.items(), key=lambda pair: (-pair[1], pair[0]))]
    series = [Series(names.get(key, key), [day.get(key) for day in counts]) for key in keys[:SHOWN_CATEGORIES]]
    if rest := keys[SHOWN_CATEGORIES:]:
        series.append(Series("other", [sum(day.get(key, 0) for key in rest) for day in counts]))
    return series
