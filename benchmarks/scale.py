"""What a run costs in mirrors of different sizes, on one core.

    python -m benchmarks.scale [--sizes 1000 30000 1000000] [--folder DIR] [--runs 3] [--json FILE]

For each size a mirror is built (a few minutes and 7 GB for a million articles; one that is in DIR already is used
again), then three things are measured, each several times, and the median is shown:

- *nothing new*: ``scrapy crawl`` as it is, against a server on loopback whose lists name only known articles;
- *hundred new*: a run from 100 clean articles on: pages, codes, gate, lists, feeds, commit, working copy; no downloads;
- *push*: what such a run does for a remote, a bare repository on the same disk, which git serves on the same core.

Seconds are of the clock, CPU is of all processes, git's included; memory is that of the largest process. *Files* are
those below the mirror that were written. *Added* is what the commit adds to the packed repository, *beyond* what of it
belongs to no article.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

SIZES = (1000, 30_000, 1_000_000)
NEW = 100
STEPS = (sys.executable, "-m", "benchmarks.scale_steps")
PROJECT = Path(__file__).resolve().parent.parent
PREFIX = "https://github.com/example/mirror/blob/main"
OPTIONS = {
    "DOWNLOAD_DELAY": "0", "LOG_LEVEL": "ERROR", "NEWSMIRROR_TAGS": "", "NEWSMIRROR_PUBLIC_URL": PREFIX,
    "NEWSMIRROR_IMAGES": "embed", "NEWSMIRROR_LOOK_AGAIN": "0",
}  # fmt: skip


@dataclass(frozen=True)
class Cost:
    """What a process and all that it started have used."""

    seconds: float
    cpu: float
    peak_mb: float
    """Of the largest process."""
    files: int
    """Written below the mirror."""
    added: int | None = None
    """Bytes that the commit adds to the packed repository, None where there is none."""
    beyond: int | None = None
    """Of them, those that belong to no article."""


@dataclass(frozen=True)
class Mirror:
    """A built mirror and the bare repository that it is pushed to."""

    folder: Path
    far: Path
    size: int

    def articles(self) -> int:
        """How many there are by now."""
        try:
            return int(self.status()["articles"])
        except FileNotFoundError:
            return self.size

    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / ".git/newsmirror/status.json").read_text(encoding="utf-8"))
        return found


def measure(mirror: Mirror, *words: str) -> Cost:
    """Run a command on the first core. What it costs to start is part of it; ours is little, see `benchmarks.made`."""
    before, start = time.time_ns(), time.monotonic()
    with subprocess.Popen(["taskset", "-c", "0", *words], cwd=PROJECT, env=environment()) as process:  # noqa: S603, S607
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - start
    if process.returncode:
        sys.exit(f"exit {process.returncode}: {' '.join(words)}")
    return Cost(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, written_since(mirror.folder, before))


def environment() -> dict[str, str]:
    """That of an operator: Python keeps what it has compiled."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("NEWSMIRROR_", "GIT_", "PYTHON"))}


def written_since(folder: Path, moment: int) -> int:
    """Files below a folder that were made or changed after a time in nanoseconds."""
    found = 0
    for place, _, names in os.walk(folder):
        found += sum(os.lstat(os.path.join(place, name)).st_ctime_ns > moment for name in names)  # noqa: PTH118
    return found


# The steps


def prepare(folder: Path, size: int) -> Mirror:
    """The mirror of a size, built where it is not there yet; its remote holds what it holds."""
    mirror = Mirror(folder / f"mirror-{size}", folder / f"far-{size}.git", size)
    if not (mirror.far / "HEAD").exists():
        start = time.monotonic()
        subprocess.run([*STEPS, "build", str(mirror.folder), str(size)], cwd=PROJECT, env=environment(), check=True)  # noqa: S603
        command = ["git", "clone", "--quiet", "--bare", str(mirror.folder), str(mirror.far)]
        subprocess.run(command, check=True, env=environment())  # noqa: S603
        print(f"{size:,} articles built in {time.monotonic() - start:.0f} s", flush=True)
    return mirror


@contextmanager
def lists_of(mirror: Mirror) -> Iterator[str]:
    """The address of a source that names only articles of the mirror."""
    words = [*STEPS, "serve", str(mirror.size)]
    with subprocess.Popen(words, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603
        assert server.stdout
        yield server.stdout.readline().strip()
        server.communicate()


def crawl(mirror: Mirror, address: str) -> Cost:
    options = OPTIONS | {"NEWSMIRROR_REPO": str(mirror.folder), "NEWSMIRROR_SITE_URL": address}
    settings = [word for name, value in options.items() for word in ("-s", f"{name}={value}")]
    return measure(mirror, sys.executable, "-m", "scrapy", "crawl", "secretchina", *settings)


def nothing_new(mirror: Mirror, address: str) -> Cost:
    cost = crawl(mirror, address)
    if (outcome := mirror.status()["outcome"]) != "nothing_new":
        sys.exit(f"a run with nothing new ended as {outcome}")
    return cost


def hundred_new(mirror: Mirror) -> Cost:
    first = str(mirror.articles())
    cost = measure(mirror, *STEPS, "publish", str(mirror.folder), str(mirror.size), first, str(NEW))
    status = mirror.status()
    return Cost(**asdict(cost) | {"added": status["commit_bytes"], "beyond": status["commit_bytes_beyond_articles"]})


def push(mirror: Mirror) -> Cost:
    return measure(mirror, *STEPS, "push", str(mirror.folder), str(mirror.far))


def middle(costs: list[Cost]) -> dict[str, float]:
    """The median of each number."""
    values = {name: [getattr(cost, name) for cost in costs] for name in asdict(costs[0])}
    return {name: round(median(found), 2) for name, found in values.items() if None not in found}


# What is shown


def measure_size(folder: Path, size: int, runs: int) -> dict[str, Any]:
    """All figures of one size; the first run of each kind only warms the disk's cache."""
    mirror = prepare(folder, size)
    hundred_new(mirror)
    push(mirror)
    published, pushed = [], []
    for _ in range(runs):
        published.append(hundred_new(mirror))
        pushed.append(push(mirror))
    with lists_of(mirror) as address:
        crawl(mirror, address)  # it writes what the source's rankings say
        idle = [nothing_new(mirror, address) for _ in range(runs)]
    git = mirror.folder / ".git"
    return {
        "articles": mirror.articles(),
        "nothing_new": middle(idle),
        "hundred_new": middle(published),
        "push": middle(pushed),
        "packed_bytes": mirror.status()["packed_bytes"],
        "index_bytes": (git / "index").stat().st_size,
        "state_bytes": (git / "newsmirror/state.sqlite").stat().st_size,
        "folder_files": sum(len(names) for place, _, names in os.walk(mirror.folder) if f"{git}" not in place),
    }


def show(figures: list[dict[str, Any]]) -> None:
    """Print a Markdown table."""
    print("| articles | | seconds | CPU s | peak MB | files | added KB | beyond KB |")
    print("|---|---|---|---|---|---|---|---|")
    for size in figures:
        for name in ("nothing_new", "hundred_new", "push"):
            cost = size[name]
            sizes = [f"{cost[key] / 1024:.0f}" if key in cost else "" for key in ("added", "beyond")]
            cells = [f"{cost['seconds']:.2f}", f"{cost['cpu']:.2f}", f"{cost['peak_mb']:.0f}", f"{cost['files']:.0f}"]
            print(f"| {size['articles']:,} | {name.replace('_', ' ')} | {' | '.join([*cells, *sizes])} |")
    for size in figures:
        packed, index, state = (size[f"{name}_bytes"] / 1e6 for name in ("packed", "index", "state"))
        print(
            f"\n{size['articles']:,} articles: repository {packed:,.0f} MB, state {state:.1f} MB, git's index "
            f"{index:.2f} MB, {size['folder_files']:,} files in the working copy",
            end="",
        )
    print()


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure what runs cost in mirrors of different sizes.")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--folder", type=Path, help="where mirrors are kept; a temporary folder by default")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", type=Path, help="write the figures there as well")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = (options.folder or Path(temporary)).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        figures = [measure_size(folder, size, options.runs) for size in options.sizes]
    show(figures)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
