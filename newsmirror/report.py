"""Scrapy's stats → what the outcome of a run is decided from, and back."""

import logging
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from scrapy.crawler import Crawler

from newsmirror.exceptions import NewsmirrorError
from newsmirror.outcome import Outcome, Report, judge
from newsmirror.remotes import RemotePush
from newsmirror.site import Site
from newsmirror.status import note_early_end, outcome_of_error

logger = logging.getLogger(__name__)

OUTCOME = "newsmirror/outcome"
LIMIT = "newsmirror/limit"
"""A sentence of the first host that turns the run away."""
EXPECTED = {"finished", "shutdown"}
"""Reasons for closing that are no failure of this program; the others (time, memory, errors) are."""


def read_report(crawler: Crawler, reason: str, *, unexpected: int = 0) -> Report:
    """What a crawl counted; *reason* is Scrapy's for closing, *unexpected* the exceptions seen elsewhere."""
    assert crawler.stats
    values = crawler.stats.get_stats()
    exceptions = int(values.get("spider_exceptions/count", 0)) + unexpected
    return Report(
        lists=below(values, "newsmirror/lists/"),
        articles=below(values, "newsmirror/articles/"),
        looks=below(values, "newsmirror/looks/"),
        pictures=below(values, "newsmirror/pictures/"),
        limit=values.get(LIMIT),
        interrupted=reason == "shutdown",
        failed=reason not in EXPECTED or bool(exceptions),
    )


def note_limit(crawler: Crawler, address: str, words: str) -> None:
    """Keep who turns the run away, the first one; *words* follow the host's name.

    A front is called by the name of the source that it stands for: whose it is concerns nobody.
    """
    assert crawler.stats
    host, site = urlsplit(address).hostname, getattr(crawler.spider, "site", None)
    if isinstance(site, Site) and not site.serves(host):
        host = site.host
    if crawler.stats.get_value(LIMIT) is None:
        crawler.stats.set_value(LIMIT, f"{host} {words}")


def below(values: dict[str, Any], prefix: str) -> dict[str, int]:
    """The counts whose names begin with *prefix*, by the rest of their names."""
    return {name.removeprefix(prefix): int(str(value)) for name, value in values.items() if name.startswith(prefix)}


def record(crawler: Crawler, outcome: Outcome, pushes: Iterable[RemotePush] = ()) -> None:
    """Keep the outcome, and what became of each remote, in the stats, where the command and monitors read it."""
    assert crawler.stats
    crawler.stats.set_value(OUTCOME, outcome.label)
    for push in pushes:
        crawler.stats.set_value(f"newsmirror/remotes/{push.name}", push.result.label)


def record_early_end(crawler: Crawler, repo: Path, error: NewsmirrorError) -> Outcome:
    """Say that a run could not open the working copy, and keep it in the stats and on the record of runs."""
    outcome = outcome_of_error(error)
    record(crawler, outcome)
    logger.error("%s: %s", outcome.label, error)
    note_early_end(repo, outcome, str(error), finished=datetime.now(UTC))
    return outcome


def outcome_of(crawler: Crawler, *, broken: bool = False) -> Outcome:
    """How a crawl ended: as the publisher recorded, or, with the pipelines off, as its counts say.

    *broken*: it has ended with an exception, by which it may not even have begun.
    """
    stats = crawler.stats.get_stats() if crawler.stats else {}
    if label := stats.get(OUTCOME):
        return Outcome.named(str(label))
    if broken:
        return Outcome.FAILED
    reason = stats.get("finish_reason")
    if reason is None:
        return Outcome.INTERRUPTED  # a second signal has stopped the reactor under the crawl, or before it
    return judge(read_report(crawler, str(reason))) or Outcome.NOTHING_NEW
