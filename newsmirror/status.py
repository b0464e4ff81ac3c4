"""How a run ended: the line on the log and the status file that timers and monitors read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from newsmirror.durable import swap_file
from newsmirror.exceptions import (
    BusyError,
    CommitError,
    GitError,
    NewsmirrorError,
    NoSpaceError,
    StateError,
    StoppedError,
)
from newsmirror.items import stamp
from newsmirror.outcome import Outcome, PushResult, Report
from newsmirror.private import private_folder
from newsmirror.remotes import RemotePush
from newsmirror.runs import RunRecord
from newsmirror.upkeep import Size


@dataclass(frozen=True)
class Result:
    """How a run ended."""

    outcome: Outcome
    new: int = 0
    updated: int = 0
    commit: str | None = None
    reason: str | None = None
    """One sentence where the outcome alone does not say it."""
    refused: tuple[str, ...] = ()
    """Reasons of articles that were refused at the end of the run, when all had come."""
    gone: int = 0
    """Published articles that the source has deleted, found out in this run."""
    remotes: tuple[RemotePush, ...] = ()
    new_by_category: Mapping[str, int] = field(default_factory=dict)
    size: Size | None = None
    dry_run: bool = False
    """Nothing was kept; the rest says what would have been."""


OUTCOMES: dict[type[NewsmirrorError], Outcome] = {
    BusyError: Outcome.BUSY, NoSpaceError: Outcome.NO_SPACE, StoppedError: Outcome.INTERRUPTED,
    CommitError: Outcome.COMMIT_FAILED, GitError: Outcome.COMMIT_FAILED, StateError: Outcome.FAILED,
}  # fmt: skip


def outcome_of_error(error: NewsmirrorError) -> Outcome:
    """What a run ends as that ends with this error."""
    return OUTCOMES.get(type(error), Outcome.REFUSED)


def make_status(
    result: Result,
    report: Report,
    *,
    started: datetime,
    finished: datetime,
    commit: str | None,
    articles: int,
    quarantine: Mapping[str, int] = MappingProxyType({}),
) -> dict[str, Any]:
    """The status of a run; *commit* is the newest one of the branch, *articles* how many are known.

    *quarantine* is what lies there now, by reason.
    """
    report = report.refusing(result.refused)
    return {
        "outcome": result.outcome.label,
        "exit_code": result.outcome.exit_code,
        "sentence": result.reason or result.outcome.sentence,
        "finished": stamp(finished),
        "seconds": round((finished - started).total_seconds(), 1),
        "new": result.new,
        "new_by_category": dict(sorted(result.new_by_category.items())),
        "updated": result.updated,
        "gone": result.gone,
        "quarantined": report.quarantined,
        "quarantine": dict(quarantine),
        "commit": commit,
        "articles": articles,
        **_sizes(result.size or Size()),
        "lists": dict(sorted(report.lists.items())),
        "article_results": dict(sorted(report.articles.items())),
        "looks": dict(sorted(report.looks.items())),
        "pictures": dict(sorted(report.pictures.items())) | {"bytes_an_article": bytes_an_article(result, report)},
        "remotes": {push.name: _remote(push) for push in result.remotes},
    }


def _sizes(size: Size) -> dict[str, int | None]:
    added, beyond = (size.cost.added, size.cost.beyond) if size.cost else (None, None)
    return {"packed_bytes": size.packed, "commit_bytes": added, "commit_bytes_beyond_articles": beyond}


def _remote(push: RemotePush) -> dict[str, str | None]:
    return {
        "result": push.result.label,
        "sentence": push.sentence,
        "commit": push.confirmed,
        "confirmed": stamp(push.confirmed_at) if push.confirmed_at else None,
    }


def bytes_an_article(result: Result, report: Report) -> int:
    """What the pictures of this run add to the repository, in the mean over its articles."""
    return round(report.pictures.get("bytes", 0) / max(1, result.new + result.updated))


def note_early_end(repo: Path, outcome: Outcome, sentence: str, *, finished: datetime) -> None:
    """Put a run that ended before it had the working copy (``busy``, ``refused``) on the record of runs.

    Its place is the record alone: status.json belongs to the run that holds the lock. Where there is no
    repository yet, or it cannot be written, the exit code and the log have to do.
    """
    folder = private_folder(repo)
    if folder.is_dir():
        ended = {"outcome": outcome.label, "exit_code": outcome.exit_code, "sentence": sentence}
        RunRecord(folder).add(ended | {"finished": stamp(finished)})


def write_status(folder: Path, status: dict[str, Any]) -> str | None:
    """Replace ``status.json`` in *folder* and put the run on the record; returns the system's reason if that fails."""
    try:
        swap_file(folder / "status.json", (json.dumps(status, ensure_ascii=False, indent=1) + "\n").encode())
    except OSError as error:
        return error.strerror
    return RunRecord(folder).add(status)


def describe(result: Result, report: Report) -> str:
    """The one line that says how a run ended."""
    report = report.refusing(result.refused)
    counts = f"{result.new} new, {result.updated} updated, {report.quarantined} quarantined"
    lists = f"; {report.lists.get('read', 0)} lists"
    return f"{tell_start(result)} {counts}{lists}{_looks(result, report)}{_pictures(result, report)}{tell_end(result)}"


def tell_start(result: Result) -> str:
    """How the line begins: with the outcome."""
    return ("dry run, nothing is kept: " if result.dry_run else "") + result.outcome.label


def tell_end(result: Result) -> str:
    """How the line ends: commit, pushes, and what went wrong."""
    commit = f"; commit {result.commit[:7]}" if result.commit else ""
    why = f"; {result.reason or result.outcome.sentence}" if result.outcome.exit_code else ""
    return f"{commit}{_cost(result)}{_pushes(result)}{why}"


def _cost(result: Result) -> str:
    cost = result.size.cost if result.size else None
    return f" of {cost.added / 1024:.0f} KB, {cost.beyond / 1024:.0f} KB beyond articles" if cost else ""


def _looks(result: Result, report: Report) -> str:
    asked = report.looks.get("asked", 0)
    gone = f"{result.gone} gone" if result.gone else ""
    return "; " + ", ".join(filter(None, (f"{asked} looked at again" if asked else "", gone))) if asked or gone else ""


def _pictures(result: Result, report: Report) -> str:
    fetched = report.pictures.get("fetched", 0)
    return f"; {fetched} pictures, {bytes_an_article(result, report) / 1024:.1f} KB an article" if fetched else ""


def _pushes(result: Result) -> str:
    pushed = [push.name for push in result.remotes if push.result is PushResult.PUSHED]
    missing = [f"{push.name} ({push.result.label})" for push in result.remotes if not push.result.holds]
    return (f"; pushed {', '.join(pushed)}" if pushed else "") + (
        f"; not pushed {', '.join(missing)}" if missing else ""
    )
