"""Whole runs in trouble: many at once, signals, sources and programs that hang, bare machines, wrong clocks, bad disks.

Slow, so `make crash` runs them. What kills and broken disks leave is swept by benchmarks/crash.py.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sample_site import SampleServer
from tests.conftest import TAGS, clean_environment, git

pytestmark = pytest.mark.crash
PROJECT = Path(__file__).resolve().parent.parent


def start(repo: Path, url: str, *words: str, prefix: tuple[str, ...] = (), **options: object) -> subprocess.Popen[str]:
    settings = {"NEWSMIRROR_SITE_URL": url, "NEWSMIRROR_REPO": repo, "NEWSMIRROR_TAGS": TAGS, "RETRY_ENABLED": 0,
                "DOWNLOAD_DELAY": 0, "NEWSMIRROR_IMAGES": "none"}  # fmt: skip
    chosen = [word for name, value in settings.items() for word in ("-s", f"{name}={value}")]
    command = [*prefix, sys.executable, "-m", "scrapy", "crawl", "secretchina", *chosen, *words]
    options.setdefault("env", clean_environment() | extra())
    return subprocess.Popen(command, cwd=repo.parent, stderr=subprocess.PIPE, text=True, **options)  # type: ignore[call-overload, no-any-return]


def extra() -> dict[str, str]:
    return {"SCRAPY_SETTINGS_MODULE": "newsmirror.settings", "PYTHONPATH": str(PROJECT)}


def end(process: subprocess.Popen[str]) -> tuple[int, str]:
    said = process.communicate(timeout=100)[1]
    return process.returncode, said


def run(repo: Path, url: str, *words: str, **options: object) -> tuple[int, str]:
    return end(start(repo, url, *words, **options))  # type: ignore[arg-type]


def is_whole(repo: Path) -> bool:
    """Whether all 40 articles are there, each once, and git has nothing against it."""
    names = git(repo, "ls-files", "data/*.jsonl").splitlines()
    ids = [json.loads(line)["id"] for name in names for line in (repo / name).read_text(encoding="utf-8").splitlines()]
    return (
        len(ids) == len(set(ids)) == 40
        and git(repo, "fsck", "--strict", "--no-dangling") == ""
        and git(repo, "status", "--porcelain") == ""
    )


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    return tmp_path / "mirror"


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The tree of an ordinary run."""
    from datetime import date

    from sample_site import SampleSite

    folder = tmp_path_factory.mktemp("undisturbed")
    with SampleServer(SampleSite(date(2026, 11, 24))) as server:
        code, said = run(folder / "mirror", server.url)
    assert code == 0, said
    return git(folder / "mirror", "rev-parse", "main^{tree}")


# Many at once


@pytest.mark.parametrize("fresh", [True, False])
def test_of_ten_runs_at_once_one_works_and_nine_are_busy(server: SampleServer, repo: Path, fresh: bool) -> None:
    if not fresh:
        assert run(repo, server.url, "-a", "limit=3")[0] == 0

    ended = [end(process) for process in [start(repo, server.url) for _ in range(10)]]

    assert sorted(code for code, _ in ended) == [0] + [10] * 9, [said[-300:] for _, said in ended]
    assert is_whole(repo)
    assert git(repo, "rev-list", "--count", "main") == ("1" if fresh else "2")


# Signals


@contextmanager
def under_way(repo: Path, server: SampleServer) -> Iterator[subprocess.Popen[str]]:
    """A slow run that has asked for its first articles."""
    process = start(repo, server.url, "-s", "DOWNLOAD_DELAY=0.3")
    while sum("/20" in target for target in server.requests) < 3:
        assert process.poll() is None
        time.sleep(0.02)
    yield process
    process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_one_signal_publishes_what_is_complete(server: SampleServer, repo: Path, number: int) -> None:
    with under_way(repo, server) as process:
        process.send_signal(number)
        code, said = end(process)

    assert code == 40, said
    assert 0 < len(git(repo, "ls-files", "pages/*.md").splitlines()) < 40
    assert run(repo, server.url)[0] == 0
    assert is_whole(repo)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_two_signals_end_at_once_and_lose_nothing(server: SampleServer, repo: Path, number: int) -> None:
    with under_way(repo, server) as process:
        process.send_signal(number)
        time.sleep(0.1)
        process.send_signal(number)
        begun = time.monotonic()
        code, said = end(process)

    assert code == 40, said
    assert time.monotonic() - begun < 20
    assert run(repo, server.url)[0] == 0
    assert is_whole(repo)


def test_signals_while_the_working_copy_is_opened_are_an_interruption(server: SampleServer, repo: Path) -> None:
    git(repo.parent, "init", "-q", "-b", "main", str(repo))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        git(repo, "remote", "add", "far", f"https://127.0.0.1:{silent.getsockname()[1]}/o/r.git")
        process = start(repo, server.url, "-s", "NEWSMIRROR_REMOTES=far")
        with silent.accept()[0]:
            process.send_signal(signal.SIGTERM)
            time.sleep(0.1)
            process.send_signal(signal.SIGTERM)
            begun = time.monotonic()
            code, said = end(process)

    assert code == 40, said
    assert time.monotonic() - begun < 15  # the remote alone would be waited for longer
    assert "interrupted: a signal came while a remote was asked; nothing is changed" in said
    assert run(repo, server.url)[0] == 0
    assert is_whole(repo)


def test_lost_terminal_that_is_to_be_ignored_ends_nothing(server: SampleServer, repo: Path) -> None:
    process = start(repo, server.url, prefix=("nohup",))
    time.sleep(1)
    process.send_signal(signal.SIGHUP)

    assert end(process)[0] == 0
    assert is_whole(repo)


# Hanging


def test_source_that_never_answers(repo: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        code, said = run(repo, url, "-s", "DOWNLOAD_TIMEOUT=2", "-s", "CLOSESPIDER_TIMEOUT=3")

    assert code in (1, 11), said
    assert "Traceback" not in said


@pytest.mark.parametrize("command", ["fast-import", "update-ref", "cat-file"])
def test_git_that_hangs_ends_with_the_watch(server: SampleServer, repo: Path, tmp_path: Path, command: str) -> None:
    assert run(repo, server.url, "-a", "limit=3")[0] == 0
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/git").write_text(
        f'#!/bin/sh\ncase " $* " in *" {command} "*) exec sleep 1000;; esac\nexec {shutil.which("git")} "$@"\n'
    )
    (tmp_path / "bin/git").chmod(0o755)
    environment = clean_environment() | extra() | {"PATH": f"{tmp_path}/bin:{os.environ['PATH']}"}

    code, said = run(
        repo, server.url, "-s", "CLOSESPIDER_TIMEOUT=20", "-s", "NEWSMIRROR_HANG_SECONDS=1", env=environment
    )
    again = run(repo, server.url)[0]

    assert code == 1
    assert "failed: the run hangs and is ended after 21 seconds; the next one goes on" in said
    assert again == 0
    assert is_whole(repo)


# Bare machines, zones and clocks


@pytest.mark.parametrize("closed", [True, False])
def test_bare_environment_gives_the_same_bytes(
    server: SampleServer, repo: Path, undisturbed: str, tmp_path: Path, closed: bool
) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/git").symlink_to(str(shutil.which("git")))
    environment = extra() | {"PATH": str(tmp_path / "bin"), "LC_ALL": "C"}

    def close_streams() -> None:
        for number in (0, 1, 2):
            os.close(number)

    process = start(repo, server.url, env=environment, preexec_fn=close_streams if closed else None)
    code, said = end(process)

    assert code == 0, said
    assert git(repo, "rev-parse", "main^{tree}") == undisturbed
    assert is_whole(repo)


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "Pacific/Kiritimati"])
def test_zone_of_the_machine_changes_no_byte(server: SampleServer, repo: Path, undisturbed: str, zone: str) -> None:
    code, said = run(repo, server.url, env=clean_environment() | extra() | {"TZ": zone})

    assert code == 0, said
    assert git(repo, "rev-parse", "main^{tree}") == undisturbed
    assert git(repo, "log", "-1", "--format=%ad %cd", "--date=format:%z") == "+0000 +0000"


@pytest.mark.skipif(not shutil.which("faketime"), reason="faketime is not installed")
def test_clock_that_jumps_asks_for_nothing_twice(server: SampleServer, repo: Path) -> None:
    assert run(repo, server.url)[0] == 0
    before = git(repo, "rev-parse", "main")
    server.requests.clear()

    codes = [run(repo, server.url, prefix=("faketime", when))[0] for when in ("-2 days", "+3650 days", "1970-01-02")]

    assert codes == [0, 0, 0]
    assert [target for target in server.requests if target.startswith("/news/gb/20")] == []
    assert git(repo, "rev-parse", "main") == before
    assert run(repo, server.url)[0] == 0


# Disks and rights


def test_repository_of_another_user_is_refused_before_the_first_request(server: SampleServer, repo: Path) -> None:
    if os.geteuid():
        pytest.skip("needs the right to give files away")
    assert run(repo, server.url, "-a", "limit=3")[0] == 0
    server.requests.clear()
    for path in (repo, *repo.rglob("*")):
        os.chown(path, 65534, 65534)

    code, said = run(repo, server.url)

    assert code == 2
    assert "NEWSMIRROR_REPO belongs to another user" in said
    assert server.requests == []


@pytest.mark.parametrize("before", [True, False])
def test_read_only_disk_is_told_before_the_first_request(
    server: SampleServer, repo: Path, tmp_path: Path, before: bool
) -> None:
    repo.parent.mkdir(exist_ok=True)
    repo.mkdir()
    if before:
        assert run(repo, server.url, "-a", "limit=3")[0] == 0
    server.requests.clear()
    script = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'
    prefix = ("unshare", "-m", "sh", "-c", script, str(repo))
    if subprocess.run([*prefix, "true"], check=False, capture_output=True).returncode:
        pytest.skip("needs the right to mount")

    code, said = run(repo, server.url, prefix=prefix)

    assert code == 20, said
    assert server.requests == []
    assert "Traceback" not in said
    assert run(repo, server.url)[0] == 0
    assert is_whole(repo)
