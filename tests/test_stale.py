"""Locks of a killed git: ours are removed, those of others are respected."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from newsmirror.stale import OLD, _uses, is_in_use, present, remove_left, remove_stale
from tests.conftest import git

LOCKS = [
    "index.lock", "HEAD.lock", "packed-refs.lock", "refs/heads/main.lock", "config.lock", "newsmirror/index.new.lock",
    "objects/pack/tmp_pack_x",
]  # fmt: skip


@pytest.fixture
def root(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "-b", "main", "mirror")
    (tmp_path / "mirror/.git/newsmirror").mkdir()
    return tmp_path / "mirror"


def leave(root: Path, *, age: float = 0) -> None:
    for name in LOCKS:
        (root / ".git" / name).touch()
        os.utime(root / ".git" / name, (time.time() - age,) * 2)


def left(root: Path) -> list[str]:
    return [name for name in LOCKS if (root / ".git" / name).exists()]


@contextmanager
def somebody(*command: str) -> Iterator[int]:
    """Another program's process, not a child of ours; gives its number."""
    script = 'tail -f /dev/null | "$@" & echo $!; wait'
    words = ["sh", "-c", script, "sh", *command]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stdout
        number = process.stdout.readline().strip()
        while Path(f"/proc/{number}/comm").read_text() == "sh\n":
            time.sleep(0.005)
        try:
            yield int(number)
        finally:
            os.killpg(process.pid, signal.SIGKILL)


def test_locks_of_our_run_that_died_are_removed(root: Path) -> None:
    leave(root)
    assert remove_stale(root, "main", died=time.time() - 60) == LOCKS
    assert left(root) == []


def test_fresh_locks_of_somebody_else_stay(root: Path) -> None:
    leave(root)
    assert remove_stale(root, "main", died=None) == []
    assert left(root) == LOCKS


def test_locks_from_before_our_run_that_died_stay(root: Path) -> None:
    leave(root, age=600)
    assert remove_stale(root, "main", died=time.time() - 60) == []


def test_old_locks_that_no_git_can_hold_are_removed(root: Path) -> None:
    leave(root, age=OLD + 60)
    assert remove_stale(root, "main", died=None) == LOCKS


@pytest.mark.skipif(os.geteuid() != 0, reason="needs the right to give files away")
def test_locks_of_another_user_stay(root: Path) -> None:
    leave(root, age=OLD + 60)
    os.chown(root / ".git/index.lock", 65534, 65534)
    remove_stale(root, "main", died=None)
    assert left(root) == ["index.lock"]


@pytest.mark.parametrize("words", [("-C", "{root}"), ("--git-dir={root}/.git",)])
def test_locks_stay_while_a_git_works_in_the_repository(
    root: Path, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsmirror.stale.PATIENCE", 0.1)  # this one does not end
    leave(root, age=OLD + 60)
    command = ["git", *(word.format(root=root) for word in words), "cat-file", "--batch"]
    with somebody(*command):
        assert remove_stale(root, "main", died=0.0) == []
    assert left(root) == LOCKS
    monkeypatch.undo()
    assert remove_stale(root, "main", died=0.0) == LOCKS


def test_git_in_another_repository_is_no_use_of_this_one(root: Path, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "other")
    with somebody("git", "-C", str(tmp_path / "other"), "cat-file", "--batch"):
        assert not is_in_use(root)


def pretended(folder: Path, *, comm: str = "git", program: str = "/usr/bin/git", state: str = "R") -> Path:
    """What /proc says of a process whose words are not there: it is just starting, or has ended."""
    folder.mkdir()
    (folder / "comm").write_text(f"{comm}\n")
    (folder / "cmdline").write_bytes(b"")
    (folder / "stat").write_text(f"17 ({comm}) {state} 1 17 17 0 -1")
    (folder / "exe").symlink_to(program)
    (folder / "cwd").symlink_to("/")
    (folder / "fd").mkdir()
    return folder


def test_git_that_is_just_starting_may_work_in_any_repository(tmp_path: Path) -> None:
    assert _uses(pretended(tmp_path / "1"), tmp_path, ())
    assert _uses(pretended(tmp_path / "2", comm="python) Z 1"), tmp_path, ())


def test_what_has_ended_or_is_no_git_uses_nothing(tmp_path: Path) -> None:
    assert not _uses(pretended(tmp_path / "1", state="Z"), tmp_path, ())
    assert not _uses(pretended(tmp_path / "2", comm="kworker/0:1", program="/nowhere"), tmp_path, ())
    assert not _uses(tmp_path / "3", tmp_path, ())


def test_git_counts_from_its_start_on(root: Path) -> None:
    """Its words and open files come and go while it starts; 20 looks at once after a start would meet that."""
    for _ in range(20):
        with subprocess.Popen(["git", f"--git-dir={root}/.git", "cat-file", "--batch"], stdin=subprocess.PIPE) as one:
            used = _uses(Path(f"/proc/{one.pid}"), root, ())
            one.kill()
        assert used


def test_git_that_is_just_ending_is_waited_for(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("newsmirror.stale.PATIENCE", 60.0)  # on a busy machine the kill may be late
    with somebody("git", "-C", str(root), "cat-file", "--batch") as number:
        end = threading.Timer(0.1, os.kill, (number, signal.SIGTERM))
        end.start()
        assert not is_in_use(root)
        end.join()


def test_git_that_this_process_has_started_is_not_waited_for(root: Path) -> None:
    with subprocess.Popen(["git", "-C", str(root), "cat-file", "--batch"], stdin=subprocess.PIPE) as ours:
        assert not is_in_use(root)
        ours.kill()


def test_lock_that_any_program_has_open_stays(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("newsmirror.stale.PATIENCE", 0.1)
    leave(root, age=OLD + 60)
    with somebody("sh", "-c", 'exec sleep 1000 3<"$0"', str(root / ".git/index.lock")):
        assert remove_stale(root, "main", died=None) == []


def test_what_was_there_before_a_killed_git_stays(root: Path) -> None:
    leave(root)
    before = present(root, "main")
    (root / ".git/HEAD.lock").unlink()
    (root / ".git/HEAD.lock").write_text("another one of the same name")
    (root / ".git/objects/pack/tmp_pack_y").touch()

    assert remove_left(root, "main", before=before)

    assert left(root) == [name for name in LOCKS if name != "HEAD.lock"]
    assert not (root / ".git/objects/pack/tmp_pack_y").exists()


def test_what_a_killed_git_left_stays_while_another_one_works(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("newsmirror.stale.PATIENCE", 0.1)
    before = present(root, "main")
    leave(root)
    with somebody("git", "-C", str(root), "cat-file", "--batch"):
        assert not remove_left(root, "main", before=before)
    assert left(root) == LOCKS


def test_pack_whose_index_a_killed_run_did_not_move_is_removed_and_an_older_one_is_not(root: Path) -> None:
    new, old = (root / f".git/objects/pack/pack-{name}.pack" for name in ("new", "old"))
    new.touch()
    old.touch()
    os.utime(old, (time.time() - 10 * OLD,) * 2)
    assert remove_stale(root, "main", died=time.time() - 60) == ["objects/pack/pack-new.pack"]
    assert old.exists()


def test_report_of_an_import_in_a_killed_run_is_removed_and_an_older_one_is_not(root: Path) -> None:
    for name, age in (("1", 0), ("2", 600)):
        (root / f".git/fast_import_crash_{name}").touch()
        os.utime(root / f".git/fast_import_crash_{name}", (time.time() - age,) * 2)
    assert remove_stale(root, "main", died=time.time() - 60) == ["fast_import_crash_1"]
