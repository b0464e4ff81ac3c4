"""The working copy of a large mirror, with real git; "large" is over seven files here."""

import errno
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsmirror import thinning
from newsmirror.checkout import Checkout
from newsmirror.clone import Clone
from newsmirror.commits import Committer
from newsmirror.exceptions import NoSpaceError
from newsmirror.git import Repository
from newsmirror.gitindex import Cone, GitIndex
from newsmirror.items import OutputFile
from newsmirror.worktree import WorkTree
from tests.conftest import git

WHEN = datetime(2021, 12, 17, tzinfo=UTC)


def article(number: int) -> list[OutputFile]:
    page = f"pages/2021/12/{number:02}/{number}.md"
    return [OutputFile(page, b"page\n" * number), OutputFile(f"data/2021/12/{number:02}/{number}.md", b"record\n")]


def lists(number: int) -> list[OutputFile]:
    paths = ("README.md", "feeds/all.xml", "indexes/p1.md", f"data/2021/12/{number:02}.jsonl", "tags/3f/习近平.md")
    return [OutputFile(path, f"{number}\n".encode()) for path in paths]


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    monkeypatch.setattr(thinning, "MANY_FILES", 7)
    (tmp_path / "mirror").mkdir()
    made = Repository.create(tmp_path / "mirror", "main")
    made.private.mkdir()
    return made


def publish(repository: Repository, *files: OutputFile) -> str:
    """A commit, and the working copy follows it."""
    committer, parent = Committer(repository, ("m", "m@example.invalid")), repository.tip()
    made = committer.make(files, "x", parent=parent, when=WHEN)
    Checkout(repository).begin(parent, made)
    committer.publish(made, parent=parent, when=WHEN)
    Checkout(repository).finish()
    return made


def grow(repository: Repository) -> None:
    """Two runs: the first leaves a full working copy, the second finds it large."""
    publish(repository, *article(1), *lists(1)[:3])
    publish(repository, *article(2), *lists(2))
    assert (repository.root / "pages/2021/12/01/1.md").exists()
    Checkout(repository).finish()


def shown(repository: Repository) -> set[str]:
    root = repository.root
    return {str(p.relative_to(root)) for p in root.rglob("*") if p.is_file() and ".git/" not in f"{p}/"}


def status(repository: Repository) -> str:
    return git(repository.root, "status", "--porcelain")


LISTS = {"README.md", "feeds/all.xml", "indexes/p1.md"}


def test_cone_holds_its_folders_and_the_files_above() -> None:
    cone = Cone(frozenset({"indexes", "pages/2026/11"}))
    inside = ("README.md", "indexes/p1/2021-12.md", "pages/about.md", "pages/2026/11/23/1.md")
    outside = ("pages/2026/10/1.md", "tags/3f/a.md", "indexes2/p1.md", "pages/2026/111/1.md")
    assert all(map(cone.holds, inside))
    assert not any(map(cone.holds, outside))


def test_copy_that_has_grown_shows_lists_alone_and_says_so_once(
    repository: Repository, caplog: pytest.LogCaptureFixture
) -> None:
    grow(repository)
    Checkout(repository).finish()
    assert (shown(repository), status(repository)) == (LISTS, "")
    assert caplog.text.count("shows the lists alone") == 1
    assert not (repository.root / "pages").exists()


def test_new_copy_of_a_large_mirror_is_never_filled(repository: Repository) -> None:
    publish(repository, *article(1), *article(2), *lists(2))
    assert (shown(repository), status(repository)) == (LISTS, "")
    assert GitIndex(repository).size() == 6  # three files; data/, pages/ and tags/


def test_runs_write_what_is_shown_and_the_index_stays_small(repository: Repository) -> None:
    grow(repository)
    publish(repository, *article(3), *lists(3))
    assert (shown(repository), status(repository)) == (LISTS, "")
    assert (repository.root / "indexes/p1.md").read_bytes() == b"3\n"
    assert GitIndex(repository).size() == 6
    git(repository.root, "fsck", "--strict")


def test_month_that_a_person_adds_is_kept_up_to_date(repository: Repository) -> None:
    grow(repository)
    git(repository.root, "sparse-checkout", "add", "pages/2021/12")
    publish(repository, *article(3), *lists(3))
    pages = {f"pages/2021/12/0{number}/{number}.md" for number in (1, 2, 3)}
    assert (shown(repository), status(repository)) == (LISTS | pages, "")


def test_everything_comes_back_and_stays(repository: Repository) -> None:
    grow(repository)
    git(repository.root, "sparse-checkout", "disable")
    publish(repository, *article(3), *lists(3))
    Checkout(repository).finish()
    assert (len(shown(repository)), status(repository)) == (12, "")


def test_file_that_somebody_changed_stays_and_is_named(
    repository: Repository, caplog: pytest.LogCaptureFixture
) -> None:
    publish(repository, *article(1), *article(2))
    publish(repository, *lists(2))
    mine = repository.root / "pages/2021/12/02/2.md"
    mine.parent.mkdir(parents=True, exist_ok=True)
    mine.write_bytes(b"mine\n")
    (repository.private / "thinned").write_bytes(thinning.BEGUN)
    Checkout(repository).finish()
    assert mine.read_bytes() == b"mine\n"
    assert "Files that somebody has changed stay in the folder: pages/2021/12/02/2.md" in caplog.text


def test_staged_work_of_a_person_is_left_alone(repository: Repository) -> None:
    publish(repository, *article(1), *lists(1)[:3])
    publish(repository, *article(2), *lists(2))
    (repository.root / "mine.txt").write_bytes(b"mine\n")
    git(repository.root, "add", "mine.txt")
    Checkout(repository).finish()
    assert (repository.root / "pages").exists()
    assert status(repository) == "A  mine.txt"


def test_staged_file_stays_staged_in_a_sparse_copy(repository: Repository) -> None:
    grow(repository)
    (repository.root / "mine.txt").write_bytes(b"mine\n")
    git(repository.root, "add", "mine.txt")
    publish(repository, *article(3), *lists(3))
    assert status(repository) == "A  mine.txt"


def test_staged_change_of_a_list_gives_way_and_its_file_stays(repository: Repository) -> None:
    grow(repository)
    (repository.root / "README.md").write_bytes(b"mine\n")
    git(repository.root, "add", "README.md")
    publish(repository, *article(3), *lists(3))
    assert (repository.root / "README.md").read_bytes() == b"mine\n"
    assert status(repository) == "M README.md"


def test_lock_of_another_git_puts_it_off(repository: Repository) -> None:
    publish(repository, *article(1), *lists(1)[:3])
    publish(repository, *article(2), *lists(2))
    lock = repository.root / ".git/index.lock"
    lock.touch()
    Checkout(repository).finish()
    assert (repository.root / "pages").exists()
    lock.unlink()
    Checkout(repository).finish()
    assert (shown(repository), status(repository)) == (LISTS, "")


@pytest.mark.parametrize("step", ["sparse_form", "switch", "remove", "_record"])
def test_run_that_dies_on_the_way_is_completed_by_the_next(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    publish(repository, *article(1), *lists(1)[:3])
    publish(repository, *article(2), *lists(2))

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    owner = {"remove": WorkTree, "_record": thinning.Thinning}.get(step, GitIndex)
    with monkeypatch.context() as patched:
        patched.setattr(owner, step, die)
        with pytest.raises(KeyboardInterrupt):
            Checkout(repository).finish()
    Checkout(repository).finish()
    assert (shown(repository), status(repository)) == (LISTS, "")


def test_disk_that_is_full_leaves_the_index_and_no_lock(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(repository, *article(1))
    index = repository.root / ".git/index"
    before = index.read_bytes()

    def refuse(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("newsmirror.gitindex.os.fsync", refuse)
        with pytest.raises(NoSpaceError):
            GitIndex(repository).switch(before)

    assert index.read_bytes() == before
    assert not index.with_name("index.lock").exists()


def test_git_that_makes_no_sparse_index_changes_nothing(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(repository, *article(1), *lists(1)[:3])
    publish(repository, *article(2), *lists(2))
    full = (repository.root / ".git/index").read_bytes()
    monkeypatch.setattr(GitIndex, "sparse_form", lambda *_: full)
    Checkout(repository).finish()
    assert ((repository.root / "pages").exists(), status(repository)) == (True, "")


def test_what_is_not_shown_is_read_from_the_commit(repository: Repository) -> None:
    grow(repository)
    clone = Clone(repository.root)
    folders = {folder: entries for top in clone.top() for folder, entries in clone.walk(top)}
    assert clone.read("pages/2021/12/02/2.md") == b"page\n" * 2
    assert clone.read("pages/2021/12/02/3.md") is clone.read("pages/2021") is None
    assert clone.exists("tags/3f/习近平.md")
    assert list(clone.days()) == ["data/2021/12/02.jsonl"]
    assert all(entry.is_file for entry in folders["pages/2021/12/02"])
    (repository.root / "indexes/p1.md").unlink()
    assert (clone.read("indexes/p1.md"), clone.exists("indexes/p1.md")) == (None, False)
    clone.close()
