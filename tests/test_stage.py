from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsmirror.commits import Committer
from newsmirror.exceptions import NoSpaceError
from newsmirror.git import Repository
from newsmirror.items import OutputFile
from newsmirror.stage import Stage

WHEN = datetime(2021, 12, 17, tzinfo=UTC)
OLD = OutputFile("pages/河 边.md", "旧\n".encode())


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A stage on a commit that holds OLD."""
    (tmp_path / "mirror").mkdir()
    repository = Repository.create(tmp_path / "mirror", "main")
    repository.private.mkdir()
    commit = Committer(repository, ("m", "m@example.invalid")).make([OLD], "x", parent=None, when=WHEN)
    made = Stage(repository, commit)
    yield made
    made.close()


def test_read_gives_what_the_commit_holds(stage: Stage) -> None:
    assert [stage.read(path) for path in (OLD.path, "none.md", "pages", "a\nb")] == [OLD.content, None, None, None]


def test_read_gives_what_was_written_last(stage: Stage) -> None:
    stage.write(OutputFile(OLD.path, b"1"))
    stage.write(OutputFile("b.md", b"2"))
    stage.write(OutputFile(OLD.path, b"33"))
    assert (stage.read(OLD.path), stage.read("b.md"), stage.written) == (b"33", b"2", [OLD.path, "b.md"])


def test_write_of_the_committed_content_changes_nothing(stage: Stage) -> None:
    assert not stage.write(OLD)
    assert stage.written == []


def test_write_back_to_the_committed_content_takes_the_file_out(stage: Stage) -> None:
    stage.write(OutputFile(OLD.path, b"1"))
    stage.write(OLD)
    assert stage.written == []


def test_discard_leaves_the_committed_content(stage: Stage) -> None:
    stage.write(OutputFile(OLD.path, b"1"))
    stage.discard(OLD.path)
    assert (stage.read(OLD.path), stage.written) == (OLD.content, [])


def test_exists_sees_commit_and_stage(stage: Stage) -> None:
    before = stage.exists("new.md")
    stage.write(OutputFile("new.md", b""))
    assert (before, stage.exists("new.md"), stage.exists(OLD.path), stage.exists("pages")) == (False, True, True, False)


def test_nothing_is_seen_on_the_disk(stage: Stage, tmp_path: Path) -> None:
    stage.write(OutputFile("new.md", b"1" * 100_000))
    assert [path.name for path in (tmp_path / "mirror").iterdir()] == [".git"]
    assert list((tmp_path / "mirror/.git/newsmirror").iterdir()) == []


def test_full_disk_names_the_file(stage: Stage) -> None:
    stage._file.close()
    stage._file = Path("/dev/full").open("w+b", buffering=0)  # noqa: SIM115
    with pytest.raises(NoSpaceError, match=r"^new\.md cannot be written \(No space left on device\)"):
        stage.write(OutputFile("new.md", b"1"))
    assert stage.written == []


def test_stage_before_the_first_commit(stage: Stage, tmp_path: Path) -> None:
    first = Stage(Repository(tmp_path / "mirror", "main"), None)
    assert (first.read(OLD.path), first.exists(OLD.path), first.write(OLD)) == (None, False, True)
    first.close()
