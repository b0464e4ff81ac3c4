"""What rows of the benchmark share: a site on loopback, runs of Scrapy with what they cost, folders."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "https://github.com/example/mirror/blob/main"
WHOLE = "whole"
"""Begins the name of each mirror of all articles, so that one row can look at what another has made."""
WATCH_SECONDS = 0.2
Watch = Callable[[int], None]
"""Looks at a running process from time to time, told by its number."""


@dataclass(frozen=True)
class Bench:
    """What a row is told: where it may write, how often it measures, and on what."""

    folder: Path
    runs: int
    replica: Path | None
    """The program that serves real articles; the sample site is used where there is none."""


@dataclass(frozen=True)
class Cost:
    """What a process and the processes that it waited for took."""

    wall: float
    cpu: float
    """Seconds of one core."""
    peak: float
    """Megabytes of the largest process."""
    began: float
    """Seconds since 1970."""
    said: str


@dataclass(frozen=True)
class Served:
    """A running site."""

    url: str
    log: Path

    def requests(self, since: int = 0) -> list[tuple[float, str]]:
        """Time and target of each request but the first *since*."""
        lines = self.log.read_text(encoding="utf-8").splitlines()[since:]
        return [(float(line.split()[0]), line.split()[-1]) for line in lines]


@contextmanager
def served(bench: Bench, kind: str, *words: str) -> Iterator[Served]:
    """A site of `benchmarks.served`, for as long as the context lasts."""
    command = [sys.executable, "-m", "benchmarks.served", kind, *words]
    with _server(bench, command) as running:
        yield running


@contextmanager
def slow_replica(bench: Bench) -> Iterator[Served]:
    """The replica's own server, whose answers take some 40 ms each: it sends them in two pieces."""
    with _server(bench, [sys.executable, str(bench.replica), "--port", "0"]) as running:
        yield running


@contextmanager
def usual_site(bench: Bench) -> Iterator[Served]:
    """Real articles where they are at hand, else the sample site."""
    words = ("replica", "--replica", str(bench.replica)) if bench.replica else ("sample",)
    with served(bench, *words) as running:
        yield running


@contextmanager
def _server(bench: Bench, command: list[str]) -> Iterator[Served]:
    log = bench.folder / f"requests-{time.monotonic_ns()}.log"
    log.touch()
    process = subprocess.Popen(  # noqa: S603  # our own words
        [*command, "--log", str(log)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    try:
        assert process.stdout
        yield Served(process.stdout.readline().split()[0].rstrip("/"), log)
    finally:
        process.kill()
        process.communicate()


def warm_up(bench: Bench) -> None:
    """Let Python compile what runs import: the first one would pay for it."""
    with served(bench, "sample") as site:
        crawl(bench, site, bench.folder / "warm", "-a", "limit=1")
        crawl_bare(bench, [site.url])
    for settings in ("newsmirror.settings", "benchmarks.bare.settings"):
        scrapy(bench, settings, "list")


def crawl(bench: Bench, site: Served, repo: Path, *words: str, watch: Watch | None = None) -> Cost:
    """A run of ours from a site into a working copy: no delay, no pictures taken along."""
    settings = {
        "NEWSMIRROR_SITE_URL": site.url, "NEWSMIRROR_REPO": str(repo), "NEWSMIRROR_PUBLIC_URL": PREFIX,
        "NEWSMIRROR_IMAGES": "embed", "DOWNLOAD_DELAY": "0",
    }  # fmt: skip
    options = [word for name, value in settings.items() for word in ("-s", f"{name}={value}")]
    return scrapy(bench, "newsmirror.settings", "crawl", "secretchina", *options, *words, watch=watch)


def crawl_bare(bench: Bench, addresses: list[str], *words: str) -> Cost:
    """A bare spider on these addresses."""
    file = bench.folder / "addresses"
    file.write_text("\n".join(addresses), encoding="utf-8")
    return scrapy(bench, "benchmarks.bare.settings", "crawl", "bare", "-a", f"file={file}", *words)


def scrapy(bench: Bench, settings: str, *words: str, watch: Watch | None = None) -> Cost:
    """A command of Scrapy with these settings. Ends the benchmark where it fails."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("NEWSMIRROR_", "GIT_", "SCRAPY_")) and not name.lower().endswith("_proxy")
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an operator's machine has the modules compiled
    environment |= {
        "SCRAPY_SETTINGS_MODULE": settings,
        "PYTHONPATH": str(ROOT),
        "PYTHONPYCACHEPREFIX": str(bench.folder / "bytecode"),
    }
    return measured([sys.executable, "-m", "scrapy", *words], bench.folder, environment, watch)


def measured(command: list[str], folder: Path, environment: dict[str, str], watch: Watch | None = None) -> Cost:
    """Run a command to its end. The process that calls this should be small: its size counts as the command's."""
    with TemporaryFile("w+") as output:
        began, start = time.time(), time.monotonic()
        process = subprocess.Popen(  # noqa: S603  # our own words
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
        while watch and not os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG):
            watch(process.pid)
            time.sleep(WATCH_SECONDS)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        said = output.read()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}:\n{said[-2000:]}")
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, began, said)
