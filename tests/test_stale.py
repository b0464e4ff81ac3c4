"""Locks of a killed git: ours are removed, those of others are respected."""

import os
import subprocess
import time
from pathlib import Path

import pytest

from newsmirror.stale import OLD, is_in_use, remove_stale
from tests.conftest import git

LOCKS = ["index.lock", "HEAD.lock", "packed-refs.lock", "refs/heads/main.lock", "objects/pack/tmp_pack_x"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "-b", "main", "mirror")
    return tmp_path / "mirror"


def leave(root: Path, *, age: float = 0) -> None:
    for name in LOCKS:
        (root / ".git" / name).touch()
        os.utime(root / ".git" / name, (time.time() - age,) * 2)


def left(root: Path) -> list[str]:
    return [name for name in LOCKS if (root / ".git" / name).exists()]


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
def test_locks_stay_while_a_git_works_in_the_repository(root: Path, words: tuple[str, ...]) -> None:
    leave(root, age=OLD + 60)
    command = ["git", *(word.format(root=root) for word in words), "cat-file", "--batch"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        try:
            assert remove_stale(root, "main", died=0.0) == []
        finally:
            process.kill()
    assert left(root) == LOCKS
    assert remove_stale(root, "main", died=0.0) == LOCKS


def test_git_in_another_repository_is_no_use_of_this_one(root: Path, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "other")
    command = ["git", "-C", str(tmp_path / "other"), "cat-file", "--batch"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        try:
            assert not is_in_use(root)
        finally:
            process.kill()


def test_git_that_is_just_ending_is_waited_for(root: Path) -> None:
    command = ["git", "-C", str(root), "cat-file", "--batch"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        end = subprocess.Popen(["sh", "-c", f"sleep 0.2; kill {process.pid}"])
        assert not is_in_use(root)
        end.wait()


def test_pack_whose_index_a_killed_run_did_not_move_is_removed_and_an_older_one_is_not(root: Path) -> None:
    new, old = (root / f".git/objects/pack/pack-{name}.pack" for name in ("new", "old"))
    new.touch()
    old.touch()
    os.utime(old, (time.time() - 10 * OLD,) * 2)
    assert remove_stale(root, "main", died=time.time() - 60) == ["objects/pack/pack-new.pack"]
    assert old.exists()
