import errno
from pathlib import Path

import pytest

from newsmirror.exceptions import BusyError, NoSpaceError, RefusedError
from newsmirror.items import OutputFile
from newsmirror.worktree import RunLock, WorkTree, writing


@pytest.fixture
def tree(tmp_path: Path) -> WorkTree:
    (tmp_path / "mirror").mkdir()
    return WorkTree(tmp_path / "mirror", tmp_path / "journal")


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_write_makes_folders_and_the_file(tree: WorkTree) -> None:
    assert tree.write(OutputFile("pages/2021/1.md", b"a"))
    assert tree.read("pages/2021/1.md") == b"a"


def test_write_leaves_no_temporary_file(tree: WorkTree) -> None:
    tree.write(OutputFile("pages/1.md", b"a"))
    assert names(tree.root) == ["pages/1.md"]


def test_write_replaces_the_file_by_another_one(tree: WorkTree) -> None:
    tree.write(OutputFile("1.md", b"a"))
    with (tree.root / "1.md").open("rb") as reader:
        tree.write(OutputFile("1.md", b"b"))
        assert reader.read() == b"a"


def test_write_of_the_same_content_touches_nothing(tree: WorkTree, tmp_path: Path) -> None:
    (tree.root / "1.md").write_bytes(b"a")
    before = (tree.root / "1.md").stat().st_ino
    assert not tree.write(OutputFile("1.md", b"a"))
    assert ((tree.root / "1.md").stat().st_ino, tree.written, (tmp_path / "journal").exists()) == (before, [], False)


def test_written_names_each_path_once_in_order(tree: WorkTree) -> None:
    for path, content in (("b.md", b"1"), ("a.md", b"2"), ("b.md", b"3")):
        tree.write(OutputFile(path, content))
    assert tree.written == ["b.md", "a.md"]


def test_settle_forgets_the_journal(tree: WorkTree, tmp_path: Path) -> None:
    tree.write(OutputFile("1.md", b"a"))
    tree.settle()
    assert (tree.written, (tmp_path / "journal").exists()) == ([], False)


@pytest.mark.parametrize("path", ["none.md", "none/1.md", "file/1.md"])
def test_read_of_a_missing_file(tree: WorkTree, path: str) -> None:
    (tree.root / "file").write_bytes(b"")
    assert tree.read(path) is None


def test_recover_puts_back_what_is_committed_and_removes_the_rest(tree: WorkTree, tmp_path: Path) -> None:
    (tree.root / "old.md").write_bytes(b"committed")
    tree.write(OutputFile("old.md", b"changed"))
    tree.write(OutputFile("pages/new.md", b"new"))
    (tree.root / "pages" / ".new.md.new").write_bytes(b"half")
    (tree.root / "operator.txt").write_bytes(b"own")
    later = WorkTree(tree.root, tmp_path / "journal")
    later.recover(lambda paths: {"old.md": b"committed"})
    assert names(tree.root) == ["old.md", "operator.txt"]
    assert ((tree.root / "old.md").read_bytes(), (tmp_path / "journal").exists()) == (b"committed", False)


def test_recover_asks_for_the_paths_of_the_journal(tree: WorkTree) -> None:
    asked: list[str] = []

    def committed(paths: list[str]) -> dict[str, bytes]:
        asked.extend(paths)
        return {}

    tree.write(OutputFile("1.md", b"a"))
    tree.recover(committed)
    assert asked == ["1.md", ".1.md.new"]


def test_recover_without_journal(tree: WorkTree) -> None:
    assert tree.recover(lambda paths: {}) == 0


def test_recover_of_a_file_that_is_gone_with_its_folder(tree: WorkTree, tmp_path: Path) -> None:
    (tmp_path / "journal").write_text("pages/1.md\n", encoding="utf-8")
    tree.recover(lambda paths: {"pages/1.md": b"committed"})
    assert tree.read("pages/1.md") == b"committed"


def test_folder_that_is_a_link_is_refused(tree: WorkTree, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tree.root / "pages").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RefusedError, match="pages of the working copy is a link"):
        tree.write(OutputFile("pages/1.md", b"a"))
    assert names(tmp_path / "elsewhere") == []


def test_folder_below_a_link_is_not_made(tree: WorkTree, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tree.root / "pages").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RefusedError):
        tree.write(OutputFile("pages/2021/1.md", b"a"))
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_file_that_is_a_link_is_replaced_and_not_followed(tree: WorkTree, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"x")
    (tree.root / "1.md").symlink_to(tmp_path / "secret")
    tree.write(OutputFile("1.md", b"a"))
    assert ((tmp_path / "secret").read_bytes(), (tree.root / "1.md").is_symlink()) == (b"x", False)


def test_file_in_the_place_of_a_folder_cannot_be_written(tree: WorkTree) -> None:
    (tree.root / "pages").write_bytes(b"")
    with pytest.raises(NoSpaceError):
        tree.write(OutputFile("pages/1.md", b"a"))
    assert tree.written == []


def test_writing_names_the_file_and_the_reason_only() -> None:
    with pytest.raises(NoSpaceError) as caught, writing("1.md"):
        raise OSError(errno.ENOSPC, "x", "/home/somebody/1.md")
    assert str(caught.value) == (
        "1.md cannot be written (No space left on device); free space or correct the folder's rights"
    )


def test_writing_lets_other_errors_pass() -> None:
    with pytest.raises(InterruptedError) as caught, writing("1.md"):
        raise OSError(errno.EINTR, "x")
    assert caught.value.errno == errno.EINTR


def test_second_lock_is_refused(tmp_path: Path) -> None:
    with RunLock(tmp_path / "lock"):
        with pytest.raises(BusyError) as caught:
            RunLock(tmp_path / "lock")
        assert "another run is using this working copy" in str(caught.value)


def test_lock_is_free_after_its_release(tmp_path: Path) -> None:
    RunLock(tmp_path / "lock").release()
    with RunLock(tmp_path / "lock") as lock:
        assert isinstance(lock, RunLock)
