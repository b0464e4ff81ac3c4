"""Whole runs that push: what an operator sees of good and bad remotes."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

from sample_site import SampleServer
from tests.conftest import Run, clean_environment, git, wait_until
from tests.githost import make_bare, none_left, processes_with, set_hook, tar_pit, tip_of
from tests.test_join import open_copy
from tests.test_publish import publish, story


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    return next(line for line in reversed(done.stderr.splitlines()) if " quarantined; " in line)


def start(server: SampleServer, repo: Path, remotes: str, *words: str) -> subprocess.Popen[str]:
    """Begin a run that pushes, for tests that end it."""
    options = [f"NEWSMIRROR_SITE_URL={server.url}", f"NEWSMIRROR_REPO={repo}", f"NEWSMIRROR_REMOTES={remotes}"]
    settings = [word for option in [*options, "DOWNLOAD_DELAY=0"] for word in ("-s", option)]
    return subprocess.Popen(
        [sys.executable, "-m", "scrapy", "crawl", "secretchina", *settings, *words],
        cwd=Path(__file__).parent.parent, stderr=subprocess.PIPE, text=True,
        env=clean_environment() | {"SCRAPY_SETTINGS_MODULE": "newsmirror.settings"},
    )  # fmt: skip


def test_four_remotes(crawl: Run, tmp_path: Path) -> None:
    """Good, rejecting, silent, one commit ahead: then all are repaired, and all end with the same commit."""
    repo = tmp_path / "mirror"
    far = {name: make_bare(tmp_path / f"{name}.git") for name in ("good", "rejecting", "ahead", "silent")}
    publish(open_copy(repo, far["good"], far["rejecting"], far["ahead"]), story(1))
    git(repo, "remote", "add", "silent", str(far["silent"]))
    theirs = publish(open_copy(tmp_path / "other", far["ahead"], of=far["ahead"]), story(2)).commit
    set_hook(far["rejecting"], "pre-receive", "echo 'protected branch' >&2; exit 1")
    options = ("-s", "NEWSMIRROR_REMOTES=good,rejecting,silent,ahead", "-s", "NEWSMIRROR_PUSH_TIMEOUT=3",
               "-s", "STATS_DUMP=1")  # fmt: skip

    with tar_pit() as port:
        git(repo, "remote", "set-url", "silent", f"https://127.0.0.1:{port}/x.git")
        start = time.monotonic()
        done = crawl("-a", "category=p2", "-a", "limit=3", *options)
        seconds = time.monotonic() - start
        ended = none_left(f"127.0.0.1:{port}")

    assert done.returncode == 30, done.stderr
    assert "; pushed good, ahead; not pushed rejecting (rejected), silent (silent)" in last_line(done)
    assert "'newsmirror/remotes/rejecting': 'rejected'" in done.stderr
    assert seconds < 200  # git itself would wait for ever
    assert ended
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


def test_run_killed_during_a_push_is_made_good_by_the_next(crawl: Run, server: SampleServer, tmp_path: Path) -> None:
    repo, far = tmp_path / "mirror", make_bare(tmp_path / "far.git", pre_receive="sleep 600.375")
    git(tmp_path, "init", "-q", "-b", "main", str(repo))
    git(repo, "remote", "add", "far", str(far))
    words = ["-a", "category=p1", "-a", "limit=2"]
    process = start(server, repo, "far", *words)
    wait_until(lambda: processes_with("600.375"), process)
    process.kill()
    process.communicate()
    during = tip_of(far)
    set_hook(far, "pre-receive", "exit 0")

    done = crawl("-s", "NEWSMIRROR_REMOTES=far", *words)

    assert done.returncode == 0, done.stderr
    assert during is None
    assert tip_of(far) == tip_of(repo)
    assert none_left("600.375")
    assert git(far, "fsck", "--strict", "--no-dangling") == ""
    assert none_left(f"GIT_DIR={repo}/.git/newsmirror/side")


def test_second_signal_ends_the_waiting_for_a_remote(server: SampleServer, tmp_path: Path) -> None:
    repo = tmp_path / "mirror"
    publish(open_copy(repo), story(1))
    with tar_pit() as port:
        git(repo, "remote", "add", "silent", f"https://127.0.0.1:{port}/x.git")
        process = start(
            server, repo, "silent", "-s", "NEWSMIRROR_PUSH_TIMEOUT=100", "-a", "category=p1", "-a", "limit=1"
        )
        mark = f"127.0.0.1:{port}"
        wait_until(lambda: [line for line in processes_with(mark) if "ls-remote" in line], process)

        process.send_signal(signal.SIGTERM)
        assert process.stderr
        said = ""
        while "A signal came" not in said and (line := process.stderr.readline()):
            said += line  # a second one before that could arrive as one with the first
        waiting = bool(processes_with(mark))
        process.send_signal(signal.SIGTERM)
        said += process.communicate()[1]

        assert waiting, said  # the first one leaves the remote some time
        assert process.returncode == 31, said
        assert "A second signal came: nothing is waited for any more" in said
        assert "not pushed silent (stopped)" in said
        assert none_left(mark)
    assert len(git(repo, "ls-files", "pages/*.md").splitlines()) == 2
    assert git(repo, "status", "--porcelain") == ""
