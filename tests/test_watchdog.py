"""A process that hangs, and the watch that ends it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from newsmirror.runs import RunRecord
from newsmirror.watchdog import Watchdog, descendants

HANG = """
import subprocess, sys, threading, re
from pathlib import Path
import newsmirror.watchdog as watchdog
watchdog.LAST_WORDS = {last_words}
child = subprocess.Popen(["sh", "-c", "sleep 1000 & echo $!; wait"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
print(child.pid, child.stdout.readline().decode(), flush=True)
with watchdog.Watchdog(0.3, Path(sys.argv[1])):
    {hang}
"""
FOR_EVER = "threading.Event().wait()"
IN_A_LIBRARY = 're.match("(a+)+b", "a" * 60)'


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    (tmp_path / ".git/newsmirror").mkdir(parents=True)
    return tmp_path


def hang(repo: Path, how: str, *, last_words: float = 60) -> tuple[int, str, list[int]]:
    command = [sys.executable, "-c", HANG.format(hang=how, last_words=last_words), str(repo)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr, [int(word) for word in done.stdout.split()]


def is_over(process: int) -> bool:
    try:
        stat = Path(f"/proc/{process}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True
    return stat.rpartition(")")[2].split()[0] == "Z"


def is_over_soon(process: int) -> bool:
    """A process that is killed ends when the system gets at it."""
    end = time.monotonic() + 60
    while not is_over(process) and time.monotonic() < end:
        time.sleep(0.02)
    return is_over(process)


def test_run_that_waits_for_ever_is_ended_with_its_children(repo: Path) -> None:
    code, said, children = hang(repo, FOR_EVER)

    assert code == 1
    assert "failed: the run hangs and is ended after 0 seconds; the next one goes on" in said
    assert len(children) == 2
    assert all(map(is_over_soon, children))
    assert [(run["outcome"], run["exit_code"]) for run in RunRecord(repo / ".git/newsmirror").read()] == [("failed", 1)]


def test_run_that_hangs_in_a_library_is_ended_too(repo: Path) -> None:
    code, _, children = hang(repo, IN_A_LIBRARY, last_words=0.3)
    for child in children:
        os.kill(child, signal.SIGKILL)  # nobody had words for them

    assert code == 1
    assert "Timeout" in (repo / ".git/newsmirror/hang.txt").read_text()


def test_run_that_ends_in_time_is_left_alone(repo: Path) -> None:
    with Watchdog(3600, repo):
        pass
    assert (repo / ".git/newsmirror/hang.txt").read_bytes() == b""


def test_watch_without_a_working_copy(tmp_path: Path) -> None:
    with Watchdog(3600, tmp_path / "none"):
        pass
    assert not (tmp_path / "none").exists()


def test_descendants_are_all_of_them() -> None:
    with subprocess.Popen(["sh", "-c", "sleep 1000 & echo $!; wait"], stdout=subprocess.PIPE) as child:
        assert child.stdout
        grandchild = int(child.stdout.readline())
        found = descendants(child.pid)
        for process in (grandchild, child.pid):
            subprocess.run(["kill", "-9", str(process)], check=True)
    assert found == [grandchild]
