"""Whole runs at a source that corrects, deletes, rewrites and redecorates what it has published."""

import json
import re
import subprocess
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from newsmirror.looks import Look
from newsmirror.quarantine import Quarantine
from newsmirror.store import Store
from sample_site import Answer, SampleServer, SampleSite
from sample_site.later import CORRECTED, CORRECTION, DELETED, RESTYLED, REWRITTEN, later
from sample_site.markup import missing_page
from tests.conftest import TAGS, git, run_scrapy

BROKEN, VEILED, UNTOUCHED = 1105902, 1056190, 1105925
"""Articles that are answered with 500, with a page that says 404 under status 200, and as they were."""
DAY = date(2026, 11, 18)
HTML = "text/html; charset=utf-8"
HOT = "indexes/hot.md"
"""What is read most at the source; it changes by itself."""


@dataclass(frozen=True)
class Run:
    """One run, as an operator sees it."""

    done: subprocess.CompletedProcess[str]
    asked: list[int]
    """Articles, in the order in which they were asked for."""
    unchanged: list[str]
    status: dict[str, Any]
    changed: list[str]
    """Files of the commit but `HOT`, none where there was none."""
    pages: dict[int, str]
    quarantine: dict[str, str]
    """Reason and words by address."""

    @property
    def last_line(self) -> str:
        return next(line for line in reversed(self.done.stderr.splitlines()) if "pipelines.publish" in line)


@dataclass(frozen=True)
class Story:
    """What the source did, and the runs after it."""

    repo: Path
    before: dict[int, str]
    first: Run
    second: Run
    third: Run


def pages_of(repo: Path) -> dict[int, str]:
    return {int(path.stem): path.read_text(encoding="utf-8") for path in (repo / "pages").rglob("*.md")}


def make_due(repo: Path, *identifiers: int, hours_missing: int = 0) -> None:
    """Turn the clock of some articles on: they were published two hours ago, and are looked at now."""
    now = datetime.now(UTC)
    with closing(Store(repo / ".git/newsmirror/state.sqlite")) as store:
        for identifier in identifiers:
            look = store.look(identifier) or Look(identifier, now, now - timedelta(hours=2), now + timedelta(days=2))
            missing = now - timedelta(hours=hours_missing) if hours_missing else look.missing
            store.set_look(identifier, replace(look, due=now - timedelta(minutes=1), missing=missing))


def crawl(repo: Path, server: SampleServer, *words: str) -> Run:
    settings = {"NEWSMIRROR_SITE_URL": server.url, "NEWSMIRROR_REPO": str(repo), "NEWSMIRROR_TAGS": TAGS,
                "NEWSMIRROR_PUBLIC_URL": "https://code.example/o/r/blob/main", "DOWNLOAD_DELAY": "0",
                "RETRY_ENABLED": "0"}  # fmt: skip
    options = [word for name, value in settings.items() for word in ("-s", f"{name}={value}")]
    before = git(repo, "rev-parse", "main")
    server.requests.clear()
    server.unchanged.clear()
    done = run_scrapy("crawl", "secretchina", *options, *words, cwd=repo.parent)
    assert "Traceback" not in done.stderr, done.stderr
    articles = [match for target in server.requests if (match := re.match(r"/news/gb/\d{4}/.*/(\d+)\.html", target))]
    entries = Quarantine(repo / ".git/newsmirror/quarantine").entries()
    return Run(
        done, [int(match[1]) for match in articles], list(server.unchanged),
        json.loads((repo / ".git/newsmirror/status.json").read_text(encoding="utf-8")),
        [path for path in git(repo, "diff", "--name-only", before, "main").splitlines() if path != HOT],
        pages_of(repo),
        {entry.address: f"{entry.reason}: {entry.words}" for entry in entries},
    )  # fmt: skip


@pytest.fixture(scope="module")
def story(finished_mirror: Path, tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Three runs: the source has changed; a day later the deleted article is missing still; then it is back."""
    repo = Path(copytree(finished_mirror, tmp_path_factory.mktemp("later") / "mirror", symlinks=True))
    before = pages_of(repo)
    with SampleServer(SampleSite(DAY, later())) as server:
        articles = SampleSite(DAY).articles
        server.overrides[articles[BROKEN].path] = Answer(500, HTML, b"<html>down</html>")
        server.overrides[articles[VEILED].path] = Answer(200, HTML, missing_page().encode())
        make_due(repo, CORRECTED, DELETED, REWRITTEN, RESTYLED, BROKEN, VEILED, UNTOUCHED)
        first = crawl(repo, server)
        server.overrides.clear()
        make_due(repo, DELETED, hours_missing=25)
        make_due(repo, UNTOUCHED)
        shelf = Quarantine(repo / ".git/newsmirror/quarantine")
        for entry in shelf.entries():
            if entry.reason == "rewritten":
                shelf.decide(entry, "release")
        second = crawl(repo, server)
        server.site = SampleSite(DAY, later() | {DELETED: articles[DELETED]})
        make_due(repo, DELETED)
        third = crawl(repo, server)
    return Story(repo, before, first, second, third)


def facts_of(page: str) -> str:
    """The line with date and category."""
    return next(line for line in page.splitlines() if re.match(r"\d{4}-\d\d-\d\d", line))


def record_of(repo: Path, revision: str, identifier: int) -> str:
    path = next(path for path in git(repo, "ls-files", "data/*.md").splitlines() if path.endswith(f"/{identifier}.md"))
    return git(repo, "show", f"{revision}:{path}")


def files_of(identifier: int) -> list[str]:
    article = SampleSite(DAY).articles[identifier]
    day = f"{article.published:%Y/%m/%d}"
    return [f"data/{day}/{identifier}.md", f"pages/{day}/{identifier}.md"]


def test_what_is_due_is_asked_for_and_nothing_else(story: Story) -> None:
    assert sorted(story.first.asked, reverse=True) == story.first.asked
    assert set(story.first.asked) == {CORRECTED, DELETED, REWRITTEN, RESTYLED, BROKEN, VEILED, UNTOUCHED}
    assert set(story.second.asked) == {DELETED, UNTOUCHED}  # the released page is the one that is kept
    assert story.third.asked == [DELETED]


def test_only_a_change_of_the_text_makes_a_commit(story: Story) -> None:
    day = f"{SampleSite(DAY).articles[CORRECTED].published:%Y/%m/%d}"
    feeds = ["feeds/all.xml", "feeds/p2.xml"]

    assert story.first.done.returncode == 0
    assert sorted(story.first.changed) == sorted([*files_of(CORRECTED), f"data/{day}.jsonl", *feeds])
    assert {i for i, page in story.first.pages.items() if page != story.before[i]} == {CORRECTED}
    assert git(story.repo, "log", "-1", "--format=%s", "main~2") == "newsmirror: 0 new, 1 updated"


def test_corrected_page_says_when(story: Story) -> None:
    page = story.first.pages[CORRECTED]
    shown = re.search(r"· 更新于 (\d{4}-\d\d-\d\d \d\d:\d\d)$", facts_of(page))

    assert CORRECTION in page
    assert shown
    noted = re.search(r'"updated":"([^"]+)"', record_of(story.repo, "main~2", CORRECTED))
    assert noted
    beijing = datetime.fromisoformat(noted[1]) + timedelta(hours=8)
    assert shown[1] == f"{beijing:%Y-%m-%d %H:%M}"
    feed = git(story.repo, "show", "main~2:feeds/all.xml")
    assert f"<updated>{noted[1]}</updated>" in feed.split("<entry>")[0]
    assert f"<updated>{noted[1]}</updated>" in next(e for e in feed.split("<entry>") if f"{CORRECTED}.html" in e)
    assert story.third.pages[CORRECTED] == page


def test_rewrite_waits_for_a_person(story: Story) -> None:
    url = SampleSite(DAY).articles[REWRITTEN].url

    assert story.first.pages[REWRITTEN] == story.before[REWRITTEN]
    assert re.search(
        r"Not published \(rewritten: [67]\d% of its text is not what was published\)", story.first.done.stderr
    )
    assert story.first.quarantine[url].startswith("rewritten: ")
    assert "先前那一篇毫无关系" in story.second.pages[REWRITTEN]
    assert "更新于" in facts_of(story.second.pages[REWRITTEN])
    assert url not in story.second.quarantine


def test_deletion_is_believed_after_a_day(story: Story) -> None:
    said = facts_of(story.second.pages[DELETED])

    assert story.first.pages[DELETED] == story.before[DELETED]
    assert re.search(r"· 原文已删除（\d{4}-\d\d-\d\d 发现）$", said)
    assert "原文地址（原文已删除）：<https://www.secretchina.com/" in story.second.pages[DELETED]
    assert (
        story.second.pages[DELETED]
        .replace(said, facts_of(story.before[DELETED]))
        .replace("（原文已删除）", "（需翻墙访问）")
        == story.before[DELETED]
    )
    assert set(files_of(DELETED)) <= set(story.second.changed)
    assert not [path for path in story.second.changed if path.startswith("indexes/")]
    assert "原文已删除" in next(
        e for e in git(story.repo, "show", "main~1:feeds/p1.xml").split("<entry>") if f"{DELETED}.html" in e
    )
    assert git(story.repo, "log", "-1", "--format=%s", "main~1") == "newsmirror: 0 new, 1 updated, 1 gone"


def test_article_that_comes_back_loses_its_mark(story: Story) -> None:
    assert story.third.pages[DELETED] == story.before[DELETED]
    assert record_of(story.repo, "main", DELETED) == record_of(story.repo, "main~2", DELETED)


def test_what_has_not_changed_is_not_sent_again(story: Story) -> None:
    assert story.second.unchanged == [SampleSite(DAY).articles[UNTOUCHED].path]
    assert story.second.status["looks"] == {"asked": 2, "http": 1, "unchanged": 1}


def test_looks_are_counted_and_raise_no_alarm(story: Story) -> None:
    assert story.first.status["looks"] == {
        "asked": 7, "changed": 1, "http": 2, "missing": 1, "rewritten": 1, "unchanged": 2,
    }  # fmt: skip
    assert (story.first.status["outcome"], story.first.status["quarantined"]) == ("published", 0)
    assert [run.done.returncode for run in (story.first, story.second, story.third)] == [0, 0, 0]
    assert [run.status["gone"] for run in (story.first, story.second, story.third)] == [0, 1, 0]
    assert "published 0 new, 1 updated, 0 quarantined; " in story.first.last_line
    assert "; 7 looked at again;" in story.first.last_line
    assert "; 2 looked at again, 1 gone;" in story.second.last_line
