"""Packs that have a second name while git puts them together; real git."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsmirror.commits import Committer
from newsmirror.config import Config
from newsmirror.git import Repository
from newsmirror.items import OutputFile
from newsmirror.outcome import Outcome
from newsmirror.packs import give_back, held
from tests.conftest import git
from tests.test_publish import publish, story

WHEN = datetime(2021, 12, 17, tzinfo=UTC)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    (tmp_path / "mirror").mkdir()
    made = Repository.create(tmp_path / "mirror", "main")
    made.private.mkdir()
    committer = Committer(made, ("m", "m@example.invalid"))
    for number in range(3):
        parent = made.tip()
        commit = committer.make([OutputFile(f"indexes/{number}.md", b"x")], "x", parent=parent, when=WHEN)
        committer.publish(commit, parent=parent, when=WHEN)
    return made


def places(repository: Repository) -> tuple[Path, Path]:
    return repository.root / ".git/objects/pack", repository.private / "packs"


def test_power_lost_between_new_and_old_names_loses_nothing(repository: Repository) -> None:
    packs, beside = places(repository)
    holding = held(packs, beside)
    holding.__enter__()
    git(repository.root, "repack", "-a", "-d", "-q")
    for file in packs.iterdir():
        file.unlink()  # the name that was not on the disk yet

    give_back(packs, beside)

    assert git(repository.root, "fsck", "--strict") == ""
    assert not beside.exists()


def test_nothing_is_held_afterwards(repository: Repository) -> None:
    packs, beside = places(repository)
    with held(packs, beside):
        git(repository.root, "repack", "-a", "-d", "-q")

    give_back(packs, beside)

    assert len(list(packs.glob("*.pack"))) == 1
    assert not beside.exists()
    assert git(repository.root, "fsck", "--strict") == ""


def test_run_that_died_before_it_began_leaves_all_as_it_was(repository: Repository) -> None:
    packs, beside = places(repository)
    before = sorted(packs.iterdir())
    with pytest.raises(KeyboardInterrupt), held(packs, beside):
        raise KeyboardInterrupt

    give_back(packs, beside)
    give_back(packs, beside)

    assert sorted(packs.iterdir()) == before


def test_next_run_gives_packs_back_before_it_looks_at_them(tmp_path: Path) -> None:
    config = Config.from_settings({"NEWSMIRROR_REPO": str(tmp_path / "mirror")})
    publish(config, story(1))
    packs, beside = config.repo / ".git/objects/pack", config.repo / ".git/newsmirror/packs"
    packs.rename(beside)
    packs.mkdir()

    result = publish(config, story(2))

    assert result.outcome is Outcome.PUBLISHED
    assert git(config.repo, "fsck", "--strict") == ""
