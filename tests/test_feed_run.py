"""Whole runs: which feeds a mirror has, what stands in them, and when they are written."""

import json
from datetime import date
from pathlib import Path

import feedparser

from sample_site import SampleServer, SampleSite
from tests.conftest import Run, git


def rows_of(repo: Path) -> list[dict[str, str]]:
    """The articles of ``data/``, newest first."""
    lines = [line for file in repo.glob("data/*/*/*.jsonl") for line in file.read_text(encoding="utf-8").splitlines()]
    return sorted(map(json.loads, lines), key=lambda row: (row["published"], row["id"]), reverse=True)


def test_feeds_of_a_mirror(crawl: Run, tmp_path: Path) -> None:
    repo = tmp_path / "mirror"

    crawl()

    rows = rows_of(repo)
    categories = {row["category"] for row in rows}
    assert set(git(repo, "ls-files", "feeds").splitlines()) == {
        "feeds/all.xml",
        *(f"feeds/{k}.xml" for k in categories),
    }
    for name in ("all", *categories):
        content = (repo / f"feeds/{name}.xml").read_bytes()
        feed = feedparser.parse(content)
        wanted = [row for row in rows if name in ("all", row["category"])][:30]
        assert not feed.bozo
        assert [entry.id for entry in feed.entries] == [row["url"] for row in wanted]
        assert [entry.link for entry in feed.entries] == [f"../{row['path']}" for row in wanted]
        assert [entry.title for entry in feed.entries] == [row["title"] for row in wanted]
        assert all((repo / "feeds" / entry.link).resolve().is_file() for entry in feed.entries)
        assert all(len(entry.content[0].value) > 200 for entry in feed.entries)
        assert b"127.0.0.1" not in content
    front = (repo / "README.md").read_text(encoding="utf-8")
    assert "(feeds/all.xml)" in front
    assert all(f"(feeds/{key}.xml)" in front for key in categories)


def test_only_feeds_with_news_are_written(crawl: Run, server: SampleServer, tmp_path: Path) -> None:
    repo = tmp_path / "mirror"
    server.site = SampleSite(date(2026, 11, 18))
    crawl()
    known = {row["url"] for row in rows_of(repo)}
    server.site = SampleSite(date(2026, 11, 24))

    crawl()

    new = {row["category"] for row in rows_of(repo) if row["url"] not in known}
    changed = git(repo, "diff", "--name-only", "HEAD~1", "--", "feeds").splitlines()
    assert set(changed) == {"feeds/all.xml", *(f"feeds/{key}.xml" for key in new)}
    assert len(new) < len(list((repo / "feeds").iterdir())) - 1


def test_feeds_can_be_short_or_left_out(crawl: Run, tmp_path: Path) -> None:
    short, without = tmp_path / "short", tmp_path / "without"

    crawl("-s", "NEWSMIRROR_FEEDS=summary", repo=short)
    crawl("-s", "NEWSMIRROR_FEEDS=none", repo=without)

    entries = feedparser.parse((short / "feeds/all.xml").read_bytes()).entries
    assert all("content" not in entry and 0 < len(entry.summary) <= 161 for entry in entries)
    assert not (without / "feeds").exists()
    assert "feeds/" not in (without / "README.md").read_text(encoding="utf-8")


def test_feed_that_is_missing_is_made_anew(crawl: Run, tmp_path: Path) -> None:
    repo = tmp_path / "mirror"
    crawl()
    before = {path.name: path.read_bytes() for path in (repo / "feeds").iterdir()}
    for path in (repo / "feeds").iterdir():
        path.unlink()
    git(repo, "commit", "--quiet", "--all", "-m", "x")

    crawl()

    assert {path.name: path.read_bytes() for path in (repo / "feeds").iterdir()} == before
