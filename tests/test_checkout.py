"""The working copy as it follows the branch, with real git."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsmirror.checkout import OPERATIONS, Checkout, operation_of
from newsmirror.commits import Committer
from newsmirror.git import Repository
from newsmirror.items import OutputFile
from tests.conftest import git

WHEN = datetime(2021, 12, 17, tzinfo=UTC)
ONE = OutputFile("pages/1.md", b"one\n")
TWO = OutputFile("pages/2.md", b"two\n")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    (tmp_path / "mirror").mkdir()
    made = Repository.create(tmp_path / "mirror", "main")
    made.private.mkdir()
    return made


def commit(repository: Repository, *files: OutputFile) -> None:
    """A commit whose run dies before the working copy follows."""
    committer, parent = Committer(repository, ("m", "m@example.invalid")), repository.tip()
    made = committer.make(files, "x", parent=parent, when=WHEN)
    Checkout(repository).begin(parent, made)
    committer.publish(made, parent=parent, when=WHEN)


def by_hand(repository: Repository, *words: str) -> str:
    return git(repository.root, "-c", "user.name=a", "-c", "user.email=a@b", *words)


def test_next_run_completes_files_and_index(repository: Repository) -> None:
    commit(repository, ONE, TWO)
    Checkout(repository).finish()
    assert git(repository.root, "status", "--porcelain") == ""
    assert (repository.root / TWO.path).read_bytes() == TWO.content


def test_finish_twice_changes_nothing(repository: Repository) -> None:
    commit(repository, ONE)
    Checkout(repository).finish()
    before = {path: path.stat().st_mtime_ns for path in repository.root.rglob("*")}
    Checkout(repository).finish()
    assert {path: path.stat().st_mtime_ns for path in repository.root.rglob("*")} == before


def test_commit_that_did_not_reach_the_branch_is_not_shown(repository: Repository) -> None:
    commit(repository, ONE)
    Checkout(repository).finish()
    parent = repository.tip()
    late = Committer(repository, ("m", "m@example.invalid")).make([TWO], "x", parent=parent, when=WHEN)
    Checkout(repository).begin(parent, late)
    Checkout(repository).finish()
    assert not (repository.root / TWO.path).exists()


def test_file_that_a_power_loss_emptied_is_made_good_by_the_next_run(repository: Repository) -> None:
    commit(repository, ONE, TWO)
    Checkout(repository).finish()
    (repository.root / ONE.path).write_bytes(b"")
    Checkout(repository).finish()
    assert (repository.root / ONE.path).read_bytes() == ONE.content


def test_foreign_edit_is_kept_and_said_once(repository: Repository, caplog: pytest.LogCaptureFixture) -> None:
    commit(repository, ONE)
    Checkout(repository).finish()
    (repository.root / ONE.path).write_bytes(b"theirs\n")
    commit(repository, OutputFile(ONE.path, b"newer\n"), TWO)
    Checkout(repository).finish()
    Checkout(repository).finish()
    assert (repository.root / ONE.path).read_bytes() == b"theirs\n"
    assert caplog.text.count("Somebody has changed files of the mirror") == 1
    assert git(repository.root, "status", "--porcelain") == "M pages/1.md"


def test_later_commit_of_a_person_is_not_undone(repository: Repository) -> None:
    commit(repository, ONE)
    Checkout(repository).finish()
    commit(repository, OutputFile(ONE.path, b"newer\n"))
    Checkout(repository).finish()
    by_hand(repository, "revert", "--no-edit", "HEAD")
    Checkout(repository).finish()
    assert (repository.root / ONE.path).read_bytes() == ONE.content
    assert git(repository.root, "status", "--porcelain") == ""


def test_other_branch_is_left_alone_until_ours_is_back(repository: Repository) -> None:
    commit(repository, ONE)
    Checkout(repository).finish()
    by_hand(repository, "checkout", "-q", "-b", "drafts")
    commit(repository, TWO)
    Checkout(repository).finish()
    assert not (repository.root / TWO.path).exists()
    by_hand(repository, "checkout", "-q", "main")
    Checkout(repository).finish()
    assert git(repository.root, "status", "--porcelain") == ""


def test_stale_index_lock_is_a_warning_and_the_next_run_does_it(
    repository: Repository, caplog: pytest.LogCaptureFixture
) -> None:
    commit(repository, ONE)
    (repository.root / ".git/index.lock").touch()
    Checkout(repository).finish()
    assert "git's index was not refreshed" in caplog.text
    (repository.root / ".git/index.lock").unlink()
    Checkout(repository).finish()
    assert git(repository.root, "status", "--porcelain") == ""


@pytest.mark.parametrize("text", ["", "x", "a b c d", "\0" * 40, f"- {'1' * 40} begun\n"])
def test_note_that_means_nothing_is_ignored(repository: Repository, text: str) -> None:
    commit(repository, ONE)
    Checkout(repository).finish()
    (repository.private / "shown").write_text(text)
    Checkout(repository).finish()
    assert git(repository.root, "status", "--porcelain") == ""


@pytest.mark.parametrize("name", OPERATIONS)
def test_operations_of_a_person_are_seen(repository: Repository, name: str) -> None:
    assert operation_of(repository) is None
    (repository.root / ".git" / name).touch()
    assert operation_of(repository) == OPERATIONS[name]
