"""Whole runs that push: what an operator sees of good and bad remotes."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from sample_site import SampleServer
from tests.conftest import Run, git
from tests.githost import make_bare, processes_with, set_hook, tar_pit, tip_of


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    return next(line for line in reversed(done.stderr.splitlines()) if "newsmirror" in line)


def test_four_remotes(crawl: Run, tmp_path: Path) -> None:
    """Good, rejecting, silent, one commit ahead: then all are repaired, and all end with the same commit."""
    repo = tmp_path / "mirror"
    far = {name: make_bare(tmp_path / f"{name}.git") for name in ("good", "rejecting", "ahead", "silent")}
    git(tmp_path, "init", "-q", "-b", "main", str(repo))
    for name, path in far.items():
        git(repo, "remote", "add", name, str(path))
    some = ("-a", "category=p1")
    assert crawl(*some, "-a", "limit=2", "-s", "NEWSMIRROR_REMOTES=good,rejecting,ahead").returncode == 0
    git(tmp_path, "clone", "-q", str(far["ahead"]), "other")
    git(tmp_path / "other", "remote", "rename", "origin", "ahead")
    other = crawl(*some, "-a", "limit=4", "-s", "NEWSMIRROR_REMOTES=ahead", repo=tmp_path / "other")
    assert other.returncode == 0, other.stderr
    theirs = tip_of(far["ahead"])
    set_hook(far["rejecting"], "pre-receive", "echo 'protected branch' >&2; exit 1")
    options = ("-s", "NEWSMIRROR_REMOTES=good,rejecting,silent,ahead", "-s", "NEWSMIRROR_PUSH_TIMEOUT=3")

    with tar_pit() as port:
        git(repo, "remote", "set-url", "silent", f"https://127.0.0.1:{port}/x.git")
        start = time.monotonic()
        done = crawl("-a", "category=p2", "-a", "limit=3", *options)
        seconds = time.monotonic() - start
        left = processes_with(f"127.0.0.1:{port}")

    assert done.returncode == 30, done.stderr
    assert "; pushed good, ahead; not pushed rejecting (rejected), silent (silent)" in last_line(done)
    assert seconds < 60
    assert left == []
    tip = tip_of(repo)
    assert tip_of(far["good"]) == tip_of(far["ahead"]) == tip
    assert git(repo, "merge-base", theirs or "", "main") == theirs

    git(repo, "remote", "set-url", "silent", str(far["silent"]))
    set_hook(far["rejecting"], "pre-receive", "exit 0")
    again = crawl("-a", "category=p2", "-a", "limit=1", *options)

    assert again.returncode == 0, again.stderr
    assert {tip_of(path) for path in far.values()} == {tip_of(repo)}
    assert [git(path, "fsck", "--strict") for path in far.values()] == [""] * 4
    status = json.loads((repo / ".git/newsmirror/status.json").read_text(encoding="utf-8"))
    assert {name: remote["commit"] for name, remote in status["remotes"].items()} == dict.fromkeys(far, tip_of(repo))


def test_second_signal_ends_the_waiting_for_a_remote(server: SampleServer, tmp_path: Path) -> None:
    repo = tmp_path / "mirror"
    git(tmp_path, "init", "-q", "-b", "main", str(repo))
    with tar_pit() as port:
        git(repo, "remote", "add", "silent", f"https://127.0.0.1:{port}/x.git")
        options = {
            "NEWSMIRROR_SITE_URL": server.url, "NEWSMIRROR_REPO": str(repo), "NEWSMIRROR_REMOTES": "silent",
            "NEWSMIRROR_PUSH_TIMEOUT": "100", "DOWNLOAD_DELAY": "0",
        }  # fmt: skip
        words = [word for name, value in options.items() for word in ("-s", f"{name}={value}")]
        command = [sys.executable, "-m", "scrapy", "crawl", "secretchina", *words, "-a", "category=p1", "-a", "limit=1"]
        process = subprocess.Popen(
            command, cwd=Path(__file__).parent.parent, stderr=subprocess.PIPE, text=True,
            env=os.environ | {"SCRAPY_SETTINGS_MODULE": "newsmirror.settings"},
        )  # fmt: skip
        while not [line for line in processes_with(f"127.0.0.1:{port}") if "ls-remote" in line]:
            assert process.poll() is None

        process.send_signal(signal.SIGTERM)
        waiting = process.poll() is None and bool(processes_with(f"127.0.0.1:{port}"))
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=30)[1]

        assert waiting  # the first one leaves the remote some time
        assert process.returncode == 31, said
        assert "not pushed silent (stopped)" in said
        assert processes_with(f"127.0.0.1:{port}") == []
    assert len(git(repo, "ls-files", "pages/*.md").splitlines()) == 1
    assert git(repo, "status", "--porcelain") == ""
