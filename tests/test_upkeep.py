"""Size and packs of a repository: real git, real packs."""

import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsmirror.commits import Committer
from newsmirror.git import Repository
from newsmirror.items import OutputFile
from newsmirror.upkeep import MANY_PACKS, commit_cost, look_after, packed_size, tidy
from tests.conftest import git

WHEN = datetime(2021, 12, 17, tzinfo=UTC)
ENTRIES = [
    f"- 2021-12-{number % 28 + 1:02} [第{number}篇 {hash(number * 7919) % 10**9}](../pages/{number}.md)"
    for number in range(400)
]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    (tmp_path / "mirror").mkdir()
    made = Repository.create(tmp_path / "mirror", "main")
    made.private.mkdir()
    return made


def publish(repository: Repository, number: int) -> tuple[str | None, str, list[str]]:
    """A run with one new article on a list of two hundred; its base, its commit and its paths."""
    committer, base = Committer(repository, ("m", "m@example.invalid")), repository.tip()
    listed = "\n".join(reversed(ENTRIES[number : number + 200]))
    files = [
        OutputFile(f"pages/{number}.md", f"# {number}\n".encode() * 50),
        OutputFile("indexes/p1.md", f"# 一\n\n{listed}\n".encode()),
    ]
    commit = committer.make(files, "x", parent=base, when=WHEN)
    committer.publish(commit, parent=base, when=WHEN)
    return base, commit, [file.path for file in files]


def packs(repository: Repository) -> int:
    return len(list((repository.root / ".git/objects/pack").glob("*.pack")))


def test_packs_stay_few_and_lists_become_differences(repository: Repository) -> None:
    sizes = []
    for number in range(40):
        look_after(repository, *publish(repository, number))
        assert packs(repository) < MANY_PACKS + 2
        sizes.append(packed_size(repository))
    whole = int(git(repository.root, "cat-file", "-s", "HEAD:indexes/p1.md"))

    git(repository.root, "fsck", "--strict")
    assert len(git(repository.root, "log", "--format=%h").splitlines()) == 40
    assert sizes[-1] < 12 * whole < 40 * whole  # forty versions of the list, most of them as differences


def test_few_packs_are_left_alone(repository: Repository) -> None:
    publish(repository, 1)
    before = packs(repository)

    tidy(repository)

    assert packs(repository) == before


def test_packs_are_left_alone_while_somebody_collects_garbage(repository: Repository) -> None:
    for number in range(8):
        publish(repository, number)
    before = packs(repository)
    assert before >= MANY_PACKS
    (repository.root / ".git/gc.pid").write_text("1 host\n")

    tidy(repository)

    assert packs(repository) == before


def test_packs_that_cannot_be_written_are_a_warning(repository: Repository, caplog: pytest.LogCaptureFixture) -> None:
    for number in range(8):
        publish(repository, number)
    tip = repository.tip()
    broken = max((repository.root / ".git/objects/pack").glob("*.pack"), key=lambda path: path.stat().st_size)
    broken.chmod(0o600)
    broken.write_bytes(broken.read_bytes()[:-40])

    with caplog.at_level(logging.WARNING):
        size = look_after(repository, None, tip, [])

    assert "The repository's packs could not be put together (" in caplog.text
    assert str(repository.root) not in caplog.text
    assert size.packed
    assert packs(repository) == 16


def test_cost_of_a_commit_tells_articles_from_the_rest(repository: Repository) -> None:
    publish(repository, 1)
    base, commit, written = publish(repository, 2)
    assert base

    cost = commit_cost(repository, base, commit, written[:1])
    page = int(git(repository.root, "cat-file", "--batch-check=%(objectsize:disk)", "--batch-all-objects").split()[0])

    assert 0 < cost.beyond < cost.added < 2000
    assert page < 5000


def test_a_run_without_a_commit_writes_nothing_and_knows_the_size(repository: Repository) -> None:
    for number in range(8):
        publish(repository, number)
    before = packs(repository)

    size = look_after(repository, repository.tip(), None, [])

    assert (packs(repository), size.cost) == (before, None)
    assert size.packed == packed_size(repository) > 0


def test_size_of_a_repository_that_git_cannot_read(repository: Repository, caplog: pytest.LogCaptureFixture) -> None:
    (repository.root / ".git/config").write_text("[broken")

    size = look_after(repository, None, None, [])

    assert size.packed is None
    assert "The size of the repository is not known (" in caplog.text


def test_all_packs_become_one_where_everything_may_have_changed(
    repository: Repository, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(3):
        publish(repository, number)

    tidy(repository, whole=True)

    assert (packs(repository), caplog.text) == (1, "")
    git(repository.root, "fsck", "--strict")
