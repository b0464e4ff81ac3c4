import errno
import os
import signal
import subprocess
from collections import namedtuple
from pathlib import Path

import pytest

from newsmirror.durable import RESERVE_BYTES, replace_file, require_space, uninterrupted, writing
from newsmirror.exceptions import NoSpaceError

Disk = namedtuple("Disk", "f_bavail f_frsize f_files f_favail")


def test_writing_names_the_file_and_the_reason_only() -> None:
    with pytest.raises(NoSpaceError) as caught, writing("1.md"):
        raise OSError(errno.ENOSPC, "x", "/home/somebody/1.md")
    assert str(caught.value) == (
        "1.md cannot be written (No space left on device); free space or correct the folder's rights"
    )


def test_writing_lets_other_errors_pass() -> None:
    with pytest.raises(InterruptedError), writing("1.md"):
        raise OSError(errno.EINTR, "x")


def test_replace_file_leaves_nothing_beside_it(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    replace_file(tmp_path / "a", b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a", b"new")]


@pytest.mark.parametrize(
    ("disk", "words"),
    [
        (Disk(RESERVE_BYTES // 4096, 4096, 1000, 1000), "less than the 5 MB free"),
        (Disk(RESERVE_BYTES, 4096, 1000, 70), "too few free inodes"),
    ],
)
def test_disk_without_room(disk: Disk, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "statvfs", lambda folder: disk)
    with pytest.raises(NoSpaceError, match=words):
        require_space(tmp_path, 1024**2, 10)


def test_disk_that_counts_no_inodes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "statvfs", lambda folder: Disk(RESERVE_BYTES, 4096, 0, 0))
    require_space(tmp_path, 1024**2, 10)


@pytest.mark.parametrize("name", ["INT", "TERM", "HUP"])
def test_child_of_a_vital_step_outlives_signals(name: str) -> None:
    command = ["sh", "-c", f"kill -{name} $$; echo alive"]
    number = signal.Signals[f"SIG{name}"]
    before = signal.signal(number, signal.SIG_DFL)  # what has started the tests may have it ignored, as nohup does
    with uninterrupted():
        inside = subprocess.run(command, capture_output=True, text=True, check=False)
    outside = subprocess.run(command, capture_output=True, text=True, check=False)
    signal.signal(number, before)
    assert (inside.stdout, outside.stdout) == ("alive\n", "")
