import os
from pathlib import Path

import pytest

from newsmirror.exceptions import BusyError
from newsmirror.lock import RunLock, folder_lock


def test_second_lock_is_refused(tmp_path: Path) -> None:
    with RunLock(tmp_path / "lock"), pytest.raises(BusyError, match="another run is using this working copy"):
        RunLock(tmp_path / "lock")


def test_lock_is_free_after_its_release(tmp_path: Path) -> None:
    RunLock(tmp_path / "lock").release()
    with RunLock(tmp_path / "lock") as lock:
        assert lock.died is None


def test_run_that_died_is_told_with_its_start(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text("12345\n")
    os.utime(tmp_path / "lock", (1000, 1000))
    with RunLock(tmp_path / "lock") as lock:
        assert lock.died == 1000


def test_file_that_names_a_living_process_is_not_believed(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text(f"{os.getpid()}\n")
    with RunLock(tmp_path / "lock") as lock:
        assert lock.died


def test_refused_run_leaves_the_note_of_the_other(tmp_path: Path) -> None:
    with RunLock(tmp_path / "lock"):
        with pytest.raises(BusyError):
            RunLock(tmp_path / "lock")
        assert (tmp_path / "lock").read_text() == f"{os.getpid()}\n"


def test_folder_is_held_by_one(tmp_path: Path) -> None:
    with folder_lock(tmp_path), pytest.raises(BusyError), folder_lock(tmp_path):
        pass
    with folder_lock(tmp_path):
        pass
