"""Single files of a commit, asked for one by one: real git."""

import hashlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from newsmirror import objects
from newsmirror.exceptions import GitError
from newsmirror.git import Repository
from newsmirror.gittrees import Tree
from newsmirror.objects import Objects
from tests.conftest import git

FILES = {
    "README.md": b"# front\n",
    "tags/3f/x100644 a.md": b"a mode in a name\n",
    "tags/3f/b c.md": b"a space\n",
    "tags/3f/\xe9.md".encode("latin-1").decode(errors="surrogateescape"): b"no UTF-8\n",
    "tags/40000 d/e.md": b"a mode in a folder\n",
    "pages/2026/11/23/1.md": b"",
}


@pytest.fixture(params=["sha1", "sha256"])
def repository(request: pytest.FixtureRequest, tmp_path: Path) -> Repository:
    git(tmp_path, "init", "-q", "-b", "main", f"--object-format={request.param}")
    for name, content in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    (tmp_path / "link.md").symlink_to("README.md")
    git(tmp_path, "add", "-A")
    number = hashlib.new(request.param, b"x").hexdigest()
    git(tmp_path, "update-index", "--add", "--cacheinfo", f"160000,{number},module")
    git(tmp_path, "-c", "user.name=o", "-c", "user.email=o@example.invalid", "commit", "-qm", "one")
    return Repository(tmp_path, "main")


@pytest.fixture
def tree(repository: Repository) -> Iterator[Objects]:
    with closing(Objects(repository, repository.tip())) as opened:
        yield opened


@pytest.mark.parametrize("path", FILES)
def test_file_is_found(tree: Objects, path: str) -> None:
    assert tree.has(path)
    assert tree.read(path) == FILES[path]
    assert tree.read(path) == FILES[path]
    assert tree.is_folder(path) is False


@pytest.mark.parametrize(
    "path", ["a.md", "tags/3f/a.md", "tags/3f/c.md", "tags/d", "tags/3e/x.md", "README.md/x", "", "x\ny"]
)
def test_nothing_is_found_where_nothing_is(tree: Objects, path: str) -> None:
    assert not tree.has(path)
    assert tree.read(path) is None
    assert tree.is_folder(path) is None


def test_folders_links_and_submodules(tree: Objects) -> None:
    assert [tree.is_folder(path) for path in ("tags", "tags/3f", "link.md", "module")] == [True, True, False, False]
    assert [tree.has(path) for path in ("tags", "link.md", "module")] == [False, True, False]


def test_little_memory_changes_no_answer(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "FOLDERS", 1)
    monkeypatch.setattr(objects, "FILES", 1)
    with closing(Objects(repository, repository.tip())) as tree:
        for _ in range(2):
            assert {path: tree.read(path) for path in FILES} == FILES


def test_before_the_first_commit_there_is_nothing(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "main")
    with closing(Objects(Repository(tmp_path, "main"), None)) as tree:
        assert not tree.has("README.md")


def test_folder_that_git_has_lost_is_an_error(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / "tags").mkdir()
    (tmp_path / "tags/a.md").write_bytes(b"a")
    git(tmp_path, "add", "-A")
    git(tmp_path, "-c", "user.name=o", "-c", "user.email=o@example.invalid", "commit", "-qm", "one")
    lost = git(tmp_path, "rev-parse", "HEAD:tags").strip()
    (tmp_path / ".git/objects" / lost[:2] / lost[2:]).unlink()
    repository = Repository(tmp_path, "main")
    with closing(Objects(repository, repository.tip())) as tree, pytest.raises(GitError, match="folder tags"):
        tree.has("tags/a.md")


def test_name_is_told_from_the_end_of_another_one() -> None:
    entry = b"100644 %s\0" + bytes(20)
    content = entry % b"x100644 a.md"

    assert Tree(content, 20).get("a.md") is None
    assert Tree(content, 20).get("x100644 a.md") is not None
    assert Tree(content + entry % b"z.md", 20).get("z.md") == ("z.md", "100644", bytes(20))
