import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsmirror.exceptions import NoSpaceError
from newsmirror.git import Change
from newsmirror.worktree import FEW, WorkTree, blob_id

LIKE = Change("", None, "0" * 40)
CONTENTS = {blob_id(content, LIKE): content for content in (b"old", b"new", "新\n".encode())}
OLD, NEW, CHINESE = CONTENTS


@pytest.fixture
def tree(tmp_path: Path) -> WorkTree:
    (tmp_path / "mirror/.git").mkdir(parents=True)
    return WorkTree(tmp_path / "mirror", tmp_path / "mirror/.git")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "mirror"


def read(ids: list[str]) -> Iterator[bytes | None]:
    return (CONTENTS.get(name) for name in ids)


def show(tree: WorkTree, path: str, before: str | None, after: str | None) -> list[str]:
    return tree.show([Change(path, before, after)], read)


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_blob_id_is_that_of_git() -> None:
    assert blob_id(b"", LIKE) == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
    assert blob_id(b"", Change("", "0" * 64, None)).startswith("473a0f4c3be8a93681a267e3b1e9a7dc")


def test_new_file_gets_its_folders(tree: WorkTree, root: Path) -> None:
    assert show(tree, "tags/3f/习近平.md", None, CHINESE) == []
    assert (root / "tags/3f/习近平.md").read_text(encoding="utf-8") == "新\n"
    assert names(root) == ["tags/3f/习近平.md"]


def test_file_of_the_older_commit_is_replaced_by_another_one(tree: WorkTree, root: Path) -> None:
    (root / "1.md").write_bytes(b"old")
    with (root / "1.md").open("rb") as reader:
        assert show(tree, "1.md", OLD, NEW) == []
        assert reader.read() == b"old"
    assert (root / "1.md").read_bytes() == b"new"


def test_file_that_is_right_is_not_touched(tree: WorkTree, root: Path) -> None:
    (root / "1.md").write_bytes(b"new")
    before = (root / "1.md").stat()
    show(tree, "1.md", OLD, NEW)
    after = (root / "1.md").stat()
    assert (after.st_ino, after.st_mtime_ns, after.st_ctime_ns) == (
        before.st_ino,
        before.st_mtime_ns,
        before.st_ctime_ns,
    )


def test_file_that_somebody_changed_is_kept_and_named(tree: WorkTree, root: Path) -> None:
    (root / "1.md").write_bytes(b"theirs")
    assert show(tree, "1.md", OLD, NEW) == ["1.md"]
    assert (root / "1.md").read_bytes() == b"theirs"


def test_file_where_a_new_one_belongs_is_kept_and_named(tree: WorkTree, root: Path) -> None:
    (root / "1.md").write_bytes(b"old")
    assert show(tree, "1.md", None, NEW) == ["1.md"]


def test_missing_file_is_made_again(tree: WorkTree, root: Path) -> None:
    show(tree, "1.md", OLD, NEW)
    assert (root / "1.md").read_bytes() == b"new"


@pytest.mark.parametrize("ruin", [b"", b"\0" * 300])
def test_what_a_power_loss_left_is_made_good(tree: WorkTree, root: Path, ruin: bytes) -> None:
    (root / "1.md").write_bytes(ruin)
    assert show(tree, "1.md", OLD, NEW) == []
    assert (root / "1.md").read_bytes() == b"new"


def test_file_that_is_gone_in_the_newer_commit_stays(tree: WorkTree, root: Path) -> None:
    (root / "1.md").write_bytes(b"old")
    assert show(tree, "1.md", OLD, None) == []
    assert (root / "1.md").exists()


def test_link_in_place_of_a_folder_is_not_followed(tree: WorkTree, root: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (root / "pages").symlink_to(tmp_path / "elsewhere")
    assert show(tree, "pages/2021/1.md", None, NEW) == ["pages/2021/1.md"]
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_link_in_place_of_a_file_is_neither_read_nor_replaced(tree: WorkTree, root: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"old")
    (root / "1.md").symlink_to(tmp_path / "secret")
    assert show(tree, "1.md", OLD, NEW) == ["1.md"]
    assert ((tmp_path / "secret").read_bytes(), (root / "1.md").is_symlink()) == (b"old", True)


def test_folder_file_and_pipe_in_the_way_are_kept(tree: WorkTree, root: Path) -> None:
    (root / "folder.md/inner").mkdir(parents=True)
    (root / "file").write_bytes(b"theirs")
    os.mkfifo(root / "pipe.md")
    paths = ["folder.md", "file/1.md", "pipe.md"]
    assert tree.show([Change(path, None, NEW) for path in paths], read) == paths
    assert names(root) == ["file"]


def test_many_files_are_written_like_few(tree: WorkTree, root: Path) -> None:
    changes = [Change(f"pages/{number}/1.md", None, NEW) for number in range(FEW + 1)]
    assert tree.show(changes, read) == []
    assert len(names(root)) == FEW + 1


def test_full_disk_names_no_path_of_the_machine(tree: WorkTree, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(descriptor: int) -> None:
        raise OSError(errno.EIO, "x", str(root))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(NoSpaceError, match=r"^the working copy cannot be written \(Input/output error\)"):
        show(tree, "1.md", None, NEW)
