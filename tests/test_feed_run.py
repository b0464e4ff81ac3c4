"""Whole runs: which feeds a mirror has, what stands in them, and when they are written."""

import json
from pathlib import Path

import feedparser

from tests.conftest import Run, git


def rows_of(repo: Path) -> list[dict[str, str]]:
    """The articles of ``data/``, newest first."""
    lines = [line for file in repo.glob("data/*/*/*.jsonl") for line in file.read_text(encoding="utf-8").splitlines()]
    return sorted(map(json.loads, lines), key=lambda row: (row["published"], row["id"]), reverse=True)


def test_feeds_of_a_mirror(mirror: Path) -> None:
    rows = rows_of(mirror)
    categories = {row["category"] for row in rows}
    names = {"feeds/all.xml", *(f"feeds/{key}.xml" for key in categories)}
    assert set(git(mirror, "ls-files", "feeds").splitlines()) == names
    for name in ("all", *categories):
        content = (mirror / f"feeds/{name}.xml").read_bytes()
        feed = feedparser.parse(content)
        wanted = [row for row in rows if name in ("all", row["category"])][:30]
        assert not feed.bozo
        assert [entry.id for entry in feed.entries] == [row["url"] for row in wanted]
        assert [entry.link for entry in feed.entries] == [f"../{row['path']}" for row in wanted]
        assert [entry.title for entry in feed.entries] == [row["title"] for row in wanted]
        assert all((mirror / "feeds" / entry.link).resolve().is_file() for entry in feed.entries)
        assert all(len(entry.content[0].value) > 200 for entry in feed.entries)
        assert b"127.0.0.1" not in content
    assert b'<img src="../images/' in (mirror / "feeds/all.xml").read_bytes()
    front = (mirror / "README.md").read_text(encoding="utf-8")
    assert "(feeds/all.xml)" in front
    assert all(f"(feeds/{key}.xml)" in front for key in categories)


def test_only_feeds_with_news_are_written_and_those_that_are_missing(crawl: Run, mirror: Path) -> None:
    known = {row["url"] for row in rows_of(mirror)}
    missing = mirror / "feeds/p7.xml"
    before = missing.read_bytes()
    git(mirror, "rm", "--quiet", "feeds/p7.xml")
    git(mirror, "-c", "user.name=x", "-c", "user.email=x@x", "commit", "--quiet", "-m", "x")

    crawl("-s", "NEWSMIRROR_IMAGES=mirror", "-s", "NEWSMIRROR_PUBLIC_URL=https://code.example/o/r/blob/main")

    new = {row["category"] for row in rows_of(mirror) if row["url"] not in known}
    changed = git(mirror, "diff", "--name-only", "HEAD~1", "--", "feeds").splitlines()
    assert set(changed) == {"feeds/all.xml", "feeds/p7.xml", *(f"feeds/{key}.xml" for key in new)}
    assert len(changed) < len(list((mirror / "feeds").iterdir()))
    assert "p7" not in new
    assert missing.read_bytes() == before


def test_feeds_can_be_short_or_left_out(crawl: Run, tmp_path: Path) -> None:
    short, without = tmp_path / "short", tmp_path / "without"

    crawl("-s", "NEWSMIRROR_FEEDS=summary", "-a", "since=2026-11-10", repo=short)
    crawl("-s", "NEWSMIRROR_FEEDS=none", "-a", "since=2026-11-18", repo=without)

    entries = feedparser.parse((short / "feeds/all.xml").read_bytes()).entries
    assert len(entries) > 3
    assert all("content" not in entry and 0 < len(entry.summary) <= 161 for entry in entries)
    assert not (without / "feeds").exists()
    assert "feeds/" not in (without / "README.md").read_text(encoding="utf-8")
