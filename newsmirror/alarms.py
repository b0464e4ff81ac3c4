"""When an operator is to be told, and of what. Pure, but for reading the operator's file.

The file named by ``NEWSMIRROR_ALARMS`` is TOML. It holds the addresses messages go to, secrets included, and the
limits; none of it is a setting, so that no log, process list or Scrapyd page shows it::

    to = ["sendmail:ops@example.org", "tgram://TOKEN/CHAT", "jsons://hooks.example.org/newsmirror"]
    nothing_new_hours = 48
"""

import re
import stat
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from newsmirror.exceptions import ConfigError
from newsmirror.history import Run, age_words, bytes_words, finished_at, reached

TARGET = re.compile(r"sendmail:[^\s@:/<>\"',;-][^\s@<>\"',;]*@[^\s@<>\"',;]+|[a-z][a-z0-9]{1,15}://\S+")
MILD = {"published", "nothing_new", "interrupted", "partly_pushed", "not_pushed"}
"""Outcomes that are no failed run: remotes have a cause of their own, a stopped run goes on by itself."""
FEW = 5
"""Below so many articles in a day, a share of them says nothing."""


@dataclass(frozen=True)
class AlarmRules:
    """Where messages go and when; each limit 0 switches its cause off."""

    to: tuple[str, ...]
    failed_runs: int = 1
    """Runs in a row that failed."""
    nothing_new_hours: int = 48
    remote_hours: int = 24
    quarantine_percent: int = 20
    """Of the articles of a day."""
    size_mb: int = 4000
    """Packed size of the repository; hosts ask for less than 5 to 10 GB."""


def read_rules(file: Path) -> AlarmRules:
    """The operator's file. Raises ConfigError with every problem, one sentence each; no secret stands in them."""
    try:
        if file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise ConfigError(["NEWSMIRROR_ALARMS names a file that others can read; run chmod 600 on it"])
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(
            [f"NEWSMIRROR_ALARMS names a file that cannot be read ({error.strerror}); name one"]
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(["NEWSMIRROR_ALARMS names a file that is no TOML; see docs/operate.md"]) from error
    if problems := [*_problems(values)]:
        raise ConfigError([f"NEWSMIRROR_ALARMS: {problem}" for problem in problems])
    return AlarmRules(**{**values, "to": tuple(values["to"])})


def _problems(values: Mapping[str, Any]) -> list[str]:
    known = {field.name for field in fields(AlarmRules)}
    problems = [
        f"unknown name '{name[:40]}', known are {', '.join(sorted(known))}" for name in values if name not in known
    ]
    targets = values.get("to")
    if not isinstance(targets, list) or not targets or not all(isinstance(target, str) for target in targets):
        problems.append("'to' must be a list of addresses, as [\"sendmail:ops@example.org\"]")
    else:
        bad = [number for number, target in enumerate(targets, 1) if not TARGET.fullmatch(target)]
        problems += [f"address {number} of 'to' is neither sendmail:NAME@HOST nor an Apprise address" for number in bad]
    for name in known - {"to"}:
        value = values.get(name, 0)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            problems.append(f"'{name}' must be a whole number, 0 switches it off")
    return problems


def find_causes(runs: Sequence[Run], rules: AlarmRules, *, now: datetime) -> dict[str, str]:
    """What is wrong now: a sentence by cause. *runs* are oldest first; those that ended ``busy`` do not count."""
    counted = [run for run in runs if run.get("outcome") != "busy"]
    if not counted:
        return {}
    found = {
        "failed": _failed(counted, rules.failed_runs),
        "nothing_new": _nothing_new(counted, timedelta(hours=rules.nothing_new_hours), now),
        "quarantine": _quarantine(counted, rules.quarantine_percent, now),
        "size": _size(counted, rules.size_mb * 10**6),
    }
    found |= _remotes(counted, timedelta(hours=rules.remote_hours), now)
    return {cause: sentence for cause, sentence in found.items() if sentence}


def _failed(runs: Sequence[Run], count: int) -> str | None:
    last = runs[-count:] if count else []
    if not last or len(last) < count or any(run.get("outcome") in MILD for run in last):
        return None
    many = f"the last {count} runs failed; the last" if count > 1 else "the last run"
    return f"{many} ended {last[-1]['outcome']}: {last[-1].get('sentence', '')}"


def _nothing_new(runs: Sequence[Run], limit: timedelta, now: datetime) -> str | None:
    since = next((finished_at(run) for run in reversed(runs) if run.get("new")), finished_at(runs[0]))
    return f"nothing new for {age_words(now - since)}" if limit and now - since > limit else None


def _remotes(runs: Sequence[Run], limit: timedelta, now: datetime) -> dict[str, str | None]:
    """The remotes of the last run that were not reached for too long; removed ones are no cause."""
    names = runs[-1].get("remotes")
    found: dict[str, str | None] = {}
    for name in names if isinstance(names, Mapping) else ():
        tried = [run for run in runs if name in (run.get("remotes") or {})]
        since = next((finished_at(r) for r in reversed(tried) if reached(r["remotes"][name])), finished_at(tried[0]))
        if limit and now - since > limit:
            found[f"remote {name}"] = f"the remote {name} was not reached for {age_words(now - since)}"
    return found


def _quarantine(runs: Sequence[Run], percent: int, now: datetime) -> str | None:
    day = [run for run in runs if now - finished_at(run) <= timedelta(days=1)]
    kept = sum(int(run.get("quarantined") or 0) for run in day)
    total = kept + sum(int(run.get("new") or 0) + int(run.get("updated") or 0) for run in day)
    if not percent or total < FEW or kept * 100 < percent * total:
        return None
    return f"{kept} of {total} articles of a day went to quarantine"


def _size(runs: Sequence[Run], limit: int) -> str | None:
    size = next((run["packed_bytes"] for run in reversed(runs) if isinstance(run.get("packed_bytes"), int)), 0)
    return f"the repository has {bytes_words(size)}, over {bytes_words(limit)}" if limit and size > limit else None
