"""Shows what a run makes of good and bad remotes, and what catching up costs: ``python -m benchmarks.remotes``.

Four remotes (good, rejecting, silent, one commit ahead) get a run of the sample site with default settings, are
repaired, and get another. Then a backlog of many commits is pushed to a local bare repository, all at once and in
steps. Nothing outside of a temporary folder and loopback is touched.
"""

import argparse
import hashlib
import json
import resource
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from pathlib import Path

from newsmirror import confirmations
from newsmirror.git import Repository
from newsmirror.push import Pusher
from newsmirror.pushing import Pushing
from newsmirror.remotes import Remote
from sample_site import SampleServer, SampleSite
from tests.conftest import git, run_scrapy
from tests.githost import make_bare, processes_with, set_hook, tar_pit, tip_of


def show_four(folder: Path) -> None:
    """One run on four remotes, and the next after repair."""
    repo = folder / "mirror"
    far = {name: make_bare(folder / f"{name}.git") for name in ("good", "rejecting", "silent", "ahead")}
    git(folder, "init", "-q", "-b", "main", str(repo))
    for name, path in far.items():
        git(repo, "remote", "add", name, str(path))
    with SampleServer(SampleSite(date(2026, 11, 24))) as server:

        def crawl(repo: Path, remotes: str, *words: str) -> subprocess.CompletedProcess[str]:
            options = [f"NEWSMIRROR_SITE_URL={server.url}", f"NEWSMIRROR_REPO={repo}", f"NEWSMIRROR_REMOTES={remotes}"]
            settings = [word for option in [*options, "DOWNLOAD_DELAY=0"] for word in ("-s", option)]
            return run_scrapy("crawl", "secretchina", *settings, *words, cwd=folder)

        crawl(repo, "good,rejecting,ahead", "-a", "limit=5")
        git(folder, "clone", "-q", "-o", "ahead", str(far["ahead"]), "other")
        crawl(folder / "other", "ahead", "-a", "limit=3")
        theirs = tip_of(far["ahead"]) or ""
        set_hook(far["rejecting"], "pre-receive", "echo 'protected branch' >&2; exit 1")
        with tar_pit() as port:
            git(repo, "remote", "set-url", "silent", f"https://127.0.0.1:{port}/x.git")
            start = time.monotonic()
            done = crawl(repo, ",".join(far), "-a", "limit=9")
            seconds = time.monotonic() - start
            left = processes_with(f"127.0.0.1:{port}")
        report("run with four remotes", done, repo, far)
        print(f"  {seconds:.1f} s in all; processes left behind: {len(left)}")
        print(f"  the other publisher's commit is kept: {git(repo, 'merge-base', theirs, 'main') == theirs}")
        git(repo, "remote", "set-url", "silent", str(far["silent"]))
        set_hook(far["rejecting"], "pre-receive", "exit 0")
        report("next run, all repaired", crawl(repo, ",".join(far)), repo, far)


def report(title: str, done: subprocess.CompletedProcess[str], repo: Path, far: dict[str, Path]) -> None:
    status = json.loads((repo / ".git/newsmirror/status.json").read_text(encoding="utf-8"))
    print(f"{title}: exit {done.returncode}, {status['outcome']}")
    for name, path in far.items():
        remote, holds = status["remotes"][name], tip_of(path) == tip_of(repo)
        print(f"  {name:<10} holds the newest commit: {holds!s:<6} {remote['result']}: {remote['sentence']}")


def history(commits: int, articles: int) -> Iterator[bytes]:
    """A stream for ``git fast-import``: so many commits with so many articles of 4 KB each that do not compress."""
    for number in range(commits):
        yield b"commit refs/heads/main\ncommitter a <a@b.example> %d +0000\ndata 1\nx\n" % (1_600_000_000 + number)
        for article in range(number * articles, (number + 1) * articles):
            text = hashlib.shake_256(b"%d" % article).hexdigest(2048).encode()
            day = article // 400
            path = f"pages/{2000 + day // 336}/{day // 28 % 12 + 1:02}/{day % 28 + 1:02}/{article}.md"
            yield f"M 100644 inline {path}\ndata {len(text)}\n".encode() + text + b"\n"
    yield b"done\n"


def show_backlog(folder: Path, commits: int, articles: int) -> None:
    """Push a backlog in one piece and in steps, each from a process of its own, so that its memory can be told."""
    work = folder / "work"
    git(folder, "init", "-q", "-b", "main", str(work))
    command = ["git", "-C", str(work), "fast-import", "--quiet", "--done"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as feed:  # noqa: S603
        assert feed.stdin
        for piece in history(commits, articles):
            feed.stdin.write(piece)
    (work / ".git/newsmirror").mkdir()
    print(f"backlog of {commits} commits, {commits * articles} files, {packed(work):.0f} MB packed")
    for name, step in (("one piece", 1 << 40), ("steps of 64 MB", confirmations.STEP), ("steps of 8 MB", 8 << 20)):
        far = make_bare(folder / f"{name}.git")
        set_hook(far, "post-receive", "echo x >>steps")
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            seconds, peak = pool.submit(push, work, far, step).result()
        pushes = (far / "steps").read_text().count("x")
        print(f"  {name:<15} {pushes:>3} pushes, {seconds:.1f} s, arrived: {tip_of(far) == tip_of(work)}; "
              f"largest git process {peak:.0f} MB")  # fmt: skip


def push(work: Path, far: Path, step: int) -> tuple[float, float]:
    """Seconds and megabytes of the largest process that it takes."""
    confirmations.STEP = step
    pushing = Pushing((Remote("far", str(far), "file"),))
    start = time.monotonic()
    Pusher(Repository(work, "main"), pushing).run()
    return time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def packed(repo: Path) -> float:
    return sum(file.stat().st_size for file in (repo / ".git/objects/pack").iterdir()) / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--commits", type=int, default=200, help="commits of the backlog")
    parser.add_argument("--articles", type=int, default=500, help="articles a commit")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        show_four(Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        show_backlog(Path(folder), options.commits, options.articles)


if __name__ == "__main__":
    main()
