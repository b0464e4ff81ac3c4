"""What a run may cost, in counts that no machine changes: requests, git processes, files, bytes, parses.

Seconds are measured by ``make bench``; here a step backwards fails. The numbers are what two runs of the sample site
take today with a little room, so whoever has a reason for more changes them, and says so.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from newsmirror import settings
from newsmirror.spiders.secretchina import SITE
from sample_site import SampleServer, SampleSite
from tests.conftest import TAGS, clean_environment

ARTICLES = 40
ROOT = Path(__file__).resolve().parent.parent
LISTS = 2 + 2 * len(SITE.categories) + len(TAGS.split(","))
"""The home page, the list of what is read most, a feed and a list of each category, and the tags' lists."""


@dataclass(frozen=True)
class Run:
    """What one run took."""

    requests: list[str]
    processes: list[str]
    """The command lines of git."""
    counts: Counter[str]
    loaded: list[str]
    """Packages that this run has imported, of those that not every run needs."""
    written: list[str]
    """Files of the working copy that were made or changed."""
    kept: list[str]
    """The same below ``.git``."""
    status: dict[str, Any]


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("costs") / "mirror"


@pytest.fixture(scope="module")
def runs(repo: Path) -> tuple[Run, Run]:
    """A run that publishes the articles of the sample site, and the next one, which finds nothing new."""
    with SampleServer(SampleSite(date(2026, 11, 24))) as server:
        return _run(repo, server), _run(repo, server)


def _run(repo: Path, server: SampleServer) -> Run:
    folder, before = repo.parent, len(server.requests)
    log = folder / "processes"
    log.write_text("")
    moment = time.time_ns()
    options = {
        "NEWSMIRROR_SITE_URL": server.url, "NEWSMIRROR_REPO": str(repo), "NEWSMIRROR_IMAGES": "embed",
        "NEWSMIRROR_TAGS": TAGS, "NEWSMIRROR_PUBLIC_URL": "https://github.com/example/mirror/blob/main",
        "DOWNLOAD_DELAY": "0", "EXTENSIONS": json.dumps(settings.EXTENSIONS | {"tests.counted.Counted": 1}),
        "NEWSMIRROR_LOOK_AGAIN": "0",  # the clock decides which articles are
    }  # fmt: skip
    words = [word for name, value in options.items() for word in ("-s", f"{name}={value}")]
    command = [sys.executable, "-m", "scrapy", "crawl", "secretchina", *words]
    done = subprocess.run(
        command, cwd=folder, env=_environment(folder, log), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    counted, loaded = (re.search(rf"{word} ([{{\[].*)", done.stderr) for word in ("counted", "loaded"))
    assert counted, done.stderr
    assert loaded, done.stderr
    return Run(
        server.requests[before:], log.read_text().splitlines(), Counter(json.loads(counted[1])), json.loads(loaded[1]),
        *_changed_since(repo, moment), json.loads((repo / ".git/newsmirror/status.json").read_text(encoding="utf-8")),
    )  # fmt: skip


def _environment(folder: Path, log: Path) -> dict[str, str]:
    """One in which every git process leaves a line in *log*."""
    program = folder / "bin" / "git"
    program.parent.mkdir(exist_ok=True)
    program.write_text(f'#!/bin/sh\necho "$@" >>"{log}"\nexec "{shutil.which("git")}" "$@"\n')
    program.chmod(0o755)
    return clean_environment() | {
        "SCRAPY_SETTINGS_MODULE": "newsmirror.settings", "PYTHONPATH": str(ROOT),
        "PATH": f"{program.parent}:{os.environ['PATH']}",
    }  # fmt: skip


def _changed_since(repo: Path, moment: int) -> tuple[list[str], list[str]]:
    """The files of the working copy that changed after a moment (nanoseconds), and those below ``.git``."""
    files = (path for path in repo.rglob("*") if path.is_file() and path.stat().st_ctime_ns > moment)
    paths = [str(path.relative_to(repo)) for path in files]
    return [path for path in paths if not path.startswith(".git/")], [
        path for path in paths if path.startswith(".git/")
    ]


def test_no_list_and_no_article_is_asked_for_twice(runs: tuple[Run, Run]) -> None:
    first, second = runs

    assert max(Counter(first.requests).values()) == 1
    articles = [target for target in first.requests if re.match(r"/news/gb/\d{4}/", target)]
    assert len(articles) == ARTICLES
    assert len(second.requests) <= LISTS + 1  # and robots.txt
    assert not [target for target in second.requests if re.match(r"/news/gb/\d{4}/", target)]


def test_nothing_is_parsed_more_often_than_needed(runs: tuple[Run, Run]) -> None:
    first, second = runs
    shown = sum(path.endswith(".md") for path in first.written)  # what the gate looks at as a host shows it

    # A list once; an article's page, its body, and its line of the lists once; each file of Markdown once.
    assert first.counts["parses"] <= first.status["lists"]["read"] + 3 * ARTICLES + shown
    assert second.counts["parses"] <= second.status["lists"]["read"]


def test_settings_are_read_once_and_templates_are_compiled_once(runs: tuple[Run, Run]) -> None:
    templates = list((ROOT / "newsmirror" / "templates").glob("*.j2"))

    for run in runs:
        assert run.counts["configurations"] <= 1
        assert run.counts["templates"] <= len(templates)


def test_packages_are_imported_by_runs_that_need_them(runs: tuple[Run, Run]) -> None:
    first, second = runs

    assert first.loaded == ["PIL", "qrcode"]  # the latter imports the former
    assert second.loaded == []


def test_git_is_not_started_for_each_article(runs: tuple[Run, Run]) -> None:
    """Two of them are GitPython's own, which asks for git's version; six look which site's mirror this is."""
    first, second = runs

    assert len(first.processes) <= 20, first.processes
    assert len(second.processes) <= 22, second.processes


def test_nothing_new_writes_nothing_that_is_published(runs: tuple[Run, Run]) -> None:
    first, second = runs

    # A page, its code and its record; the rest are lists: of days, months, categories and two tags of its own.
    assert len(first.written) <= 8 * ARTICLES
    assert second.written == []
    assert len(second.kept) <= 8, second.kept


def test_an_article_takes_few_bytes(runs: tuple[Run, Run], repo: Path) -> None:
    first, _ = runs

    assert first.status["packed_bytes"] <= 5_500 * ARTICLES  # the articles are short, their lists and feeds are not
    assert median(code.stat().st_size for code in repo.glob("pages/**/*.png")) <= 450
