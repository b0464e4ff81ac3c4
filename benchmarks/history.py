"""What runs add to a repository, kind by kind: the articles of a mirror come in again, a few in each run.

    python -m benchmarks.history [MIRROR] [--runs 48] [--each 4] [--feeds full]

MIRROR is a working copy with real articles, which is not changed; without one, 2,000 made-up articles are taken. All
but the last ones are published in one run, the others in runs of a few each, with all that a run does. Then ``git gc``
puts everything together, and each object's bytes in the pack are counted for the kind of file that it belongs to:
per run, and for each new article. Pictures are left out.
"""

import argparse
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

from benchmarks.made import Maker
from benchmarks.scale import PREFIX
from benchmarks.scale_steps import config_of, finish
from newsmirror.archive import read_records
from newsmirror.config import Config
from newsmirror.git import Repository
from newsmirror.items import Article
from newsmirror.outcome import Report
from newsmirror.placing import make_page
from newsmirror.publish import Publisher
from newsmirror.spiders.secretchina import SITE
from newsmirror.state import read_rows

MADE = 2000
KINDS = {"": "trees of all folders", "README.md": "front page", "LINKS.md": "address book"}
FOLDERS = {"indexes": "lists of categories", "tags": "lists of tags", "feeds": "feeds", "images": "pictures"}
OF_ARTICLES = ("pages", "QR codes", "records")


def read_mirror(folder: Path, branch: str) -> list[Article]:
    """The articles of a mirror, oldest first."""
    repository = Repository(folder.absolute(), branch)
    tip = repository.tip() or ""
    rows = read_rows(repository.blobs(f"{tip}:{name}" for name in repository.data_names(tip)))
    ordered = sorted(rows, key=lambda row: (row.published, row.id))
    return [record.article for _, record in read_records(repository, ordered) if record]


def publish(config: Config, articles: list[Article]) -> None:
    """One run."""
    publisher = Publisher(config, SITE)
    publisher.open()
    for article in articles:
        publisher.add(finish(make_page(article, config, PREFIX), config))
    publisher.finish(Report(lists={"read": 1}))
    publisher.close()


def git(folder: Path, *words: str, stdin: str = "") -> str:
    command = ["git", "-C", str(folder), *words]
    return subprocess.run(command, check=True, capture_output=True, text=True, input=stdin).stdout  # noqa: S603


def sizes(folder: Path, commit: str) -> Counter[str]:
    """Bytes by kind of everything that a commit stands on, in a clone of its own after ``git gc``.

    All of it counts, not what came since some commit: git stores a newest version whole, older ones as differences.
    """
    with tempfile.TemporaryDirectory() as name:
        clone = Path(name)
        git(clone, "init", "--quiet", "--bare")
        git(clone, "fetch", "--quiet", str(folder), f"{commit}:refs/heads/main")
        git(clone, "gc", "--quiet", "--prune=now")
        listed = git(clone, "-c", "core.quotePath=false", "rev-list", "--objects", "main").splitlines()
        asked = "".join(f"{line.split(' ')[0]}\n" for line in listed)
        answers = git(clone, "cat-file", "--batch-check=%(objecttype) %(objectsize:disk)", stdin=asked).splitlines()
    found: Counter[str] = Counter()
    for line, answer in zip(listed, answers, strict=True):
        what, size = answer.split()
        kind = "commits" if what == "commit" else kind_of(line.partition(" ")[2], what == "tree")
        found[kind] += int(size)
    return found


def kind_of(path: str, is_tree: bool) -> str:
    folder, _, _ = path.partition("/")
    if is_tree:
        return f"trees of {folder}/" if folder else "tree at the top"
    if folder == "pages":
        return "QR codes" if path.endswith(".png") else "pages"
    if folder == "data":
        return "lines of data/" if path.endswith(".jsonl") else "records"
    return FOLDERS.get(folder) or KINDS.get(path, path)


def measure(articles: list[Article], config: Config, runs: int, each: int) -> Counter[str]:
    """Bytes by kind that the runs have added."""
    known = len(articles) - runs * each
    publish(config, articles[:known])
    before = sizes(config.repo, git(config.repo, "rev-parse", "HEAD").strip())
    for end in range(known + each, len(articles) + 1, each):
        publish(config, articles[end - each : end])
    after = sizes(config.repo, git(config.repo, "rev-parse", "HEAD").strip())
    after.subtract(before)
    return after


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure what runs add to a repository, kind by kind.")
    parser.add_argument("mirror", type=Path, nargs="?")
    parser.add_argument("--branch", default="main")
    parser.add_argument("--runs", type=int, default=48)
    parser.add_argument("--each", type=int, default=4, help="new articles in a run")
    parser.add_argument("--feeds", default="full", choices=("full", "summary", "none"))
    options = parser.parse_args()
    maker = Maker(SITE, MADE)
    articles = read_mirror(options.mirror, options.branch) if options.mirror else list(map(maker.article, range(MADE)))
    with tempfile.TemporaryDirectory() as name:
        config = config_of(Path(name) / "mirror", FEEDS=options.feeds, IMAGES="embed")
        show(measure(articles, config, options.runs, options.each), options.runs, options.each)


def show(found: Counter[str], runs: int, each: int) -> None:
    """Print a Markdown table, and the sums."""
    print("| kind | KB a run | bytes an article |\n|---|---|---|")
    for kind, size in found.most_common():
        print(f"| {kind} | {size / runs / 1024:.2f} | {size / runs / each:.0f} |")
    own = sum(found[kind] for kind in OF_ARTICLES)
    beyond = (found.total() - own) / runs / 1024
    print(f"\n{runs} runs of {each} new articles: {beyond:.1f} KB a run beyond articles")
    print(
        f"an article has {own / runs / each:.0f} bytes itself, {found.total() / runs / each:.0f} with all of the above"
    )


if __name__ == "__main__":
    main()
