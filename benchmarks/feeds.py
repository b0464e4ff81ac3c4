"""What feeds add to a repository: the articles of a mirror come in again, a few in each run.

``python -m benchmarks.feeds MIRROR [--runs 48] [--each 2]`` reads the working copy MIRROR, which it does not change,
and prints for full text and for summaries the bytes that a run adds to the packed repository after ``git gc``.
"""

import argparse
import subprocess
import tempfile
from pathlib import Path

from newsmirror import lists, paths
from newsmirror.archive import read_records
from newsmirror.feeds import ENTRIES, FeedEntry, make_entry, render_feed
from newsmirror.git import Repository
from newsmirror.items import Row
from newsmirror.script import Script
from newsmirror.spiders.secretchina import SITE
from newsmirror.state import read_rows

Articles = list[tuple[Row, FeedEntry]]


def read_mirror(folder: Path, branch: str) -> Articles:
    """The articles of a mirror with their entries, oldest first."""
    repository = Repository(folder.absolute(), branch)
    tip = repository.tip()
    days = repository.blobs(f"{tip}:{name}" for name in repository.data_names(tip or ""))
    rows = sorted(read_rows(days), key=lambda row: (row.published, row.id))
    return [
        (row, make_entry(row, record.article, site=SITE, script=Script.SOURCE, find=lambda src: None))
        for row, record in read_records(repository, rows)
        if record
    ]


def git(folder: Path, *words: str) -> str:
    command = ["git", "-C", str(folder), "-c", "user.name=x", "-c", "user.email=x@example.invalid", *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603  # our own words


def commit(folder: Path, articles: Articles, keys: set[str], full: bool) -> None:
    """Write the feed of everything and those of some categories, and commit them."""
    for key in (None, *keys):
        entries = [entry for row, entry in reversed(articles) if key in (None, row.category or lists.OTHER)]
        content = render_feed(entries[:ENTRIES], category=key, site=SITE, script=Script.SOURCE, full=full)
        (folder / paths.feed_path(key)).write_bytes(content)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "x")


def packed(folder: Path) -> int:
    """Bytes of the repository's objects after packing."""
    git(folder, "gc", "--quiet")
    return sum(file.stat().st_size for file in (folder / ".git/objects/pack").glob("*.pack"))


def measure(articles: Articles, *, runs: int, each: int, full: bool) -> float:
    """Bytes a run, in the mean."""
    known = len(articles) - runs * each
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "feeds").mkdir()
        git(folder, "init", "--quiet")
        commit(folder, articles[:known], {row.category or lists.OTHER for row, _ in articles}, full)
        before = packed(folder)
        for end in range(known + each, len(articles) + 1, each):
            commit(folder, articles[:end], {row.category or lists.OTHER for row, _ in articles[end - each : end]}, full)
        return (packed(folder) - before) / runs


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("mirror", type=Path)
    parser.add_argument("--branch", default="main")
    parser.add_argument("--runs", type=int, default=48)
    parser.add_argument("--each", type=int, default=2, help="new articles in a run")
    options = parser.parse_args()
    articles = read_mirror(options.mirror, options.branch)
    for name, full in (("full", True), ("summary", False)):
        size = measure(articles, runs=options.runs, each=options.each, full=full)
        print(
            f"{name}: {size / 1024:.1f} KB a run of {options.each} new articles, {size / options.each / 1024:.1f} each"
        )


if __name__ == "__main__":
    main()
