import os
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from newsmirror.exceptions import CommitError, RefusedError
from newsmirror.git import Repository, plain_words
from newsmirror.items import BEIJING, OutputFile

AUTHOR = ("mirror 镜", "mirror@example.invalid")
WHEN = datetime(2021, 12, 17, 8, 30, tzinfo=BEIJING)
PAGE = OutputFile("pages/2021/河 边.md", "河\n".encode())
DATA = OutputFile("data/2021/12/17.jsonl", b"{}\n")


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    (tmp_path / "mirror").mkdir()
    made = Repository.create(tmp_path / "mirror", "main")
    yield made
    made.close()


def git(root: Path, *words: str) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8"}
    command = ["git", "-c", "core.quotePath=false", *words]
    return subprocess.run(command, cwd=root, env=environment, check=True, capture_output=True, text=True).stdout


def commit(repository: Repository, *files: OutputFile, message: str = "Add 1 article") -> str:
    return repository.commit(files, message, author=AUTHOR, when=WHEN)


def write(repository: Repository, file: OutputFile) -> None:
    target = repository.root / file.path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(file.content)


def test_new_repository_has_no_commit(repository: Repository) -> None:
    assert (repository.tip(), repository.current_branch(), repository.contents(["x"])) == (None, "main", {})


def test_commit_holds_the_files(repository: Repository) -> None:
    commit(repository, PAGE, DATA)
    listed = git(repository.root, "ls-tree", "-r", "--name-only", "main")
    assert listed == "data/2021/12/17.jsonl\npages/2021/河 边.md\n"


def test_commit_returns_the_tip(repository: Repository) -> None:
    made = commit(repository, PAGE)
    assert made == repository.tip() == git(repository.root, "rev-parse", "main").strip()


def test_author_and_committer_are_the_given_identity_in_utc(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_AUTHOR_NAME", "somebody")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    commit(repository, PAGE)
    shown = git(repository.root, "log", "--format=%an|%ae|%cn|%ce|%ad|%cd", "--date=raw")
    assert shown == (
        "mirror 镜|mirror@example.invalid|mirror 镜|mirror@example.invalid|1639701000 +0000|1639701000 +0000\n"
    )


def test_message_of_several_lines(repository: Repository) -> None:
    commit(repository, PAGE, message="Add 1 article\n\nOne: 1")
    assert git(repository.root, "log", "--format=%B").strip() == "Add 1 article\n\nOne: 1"


def test_second_commit_keeps_the_files_of_the_first(repository: Repository) -> None:
    first = commit(repository, PAGE)
    commit(repository, DATA)
    assert repository.contents([PAGE.path, DATA.path]) == {PAGE.path: PAGE.content, DATA.path: DATA.content}
    assert git(repository.root, "rev-parse", "main^").strip() == first


def test_commit_takes_the_named_paths_only(repository: Repository) -> None:
    write(repository, OutputFile("notes.txt", b"own"))
    git(repository.root, "add", "notes.txt")
    commit(repository, PAGE)
    assert repository.top_level() == ["pages"]


def test_commit_with_a_stale_index_lock(repository: Repository) -> None:
    (repository.root / ".git" / "index.lock").write_bytes(b"")
    assert commit(repository, PAGE) == repository.tip()


def test_commit_runs_no_hook(repository: Repository, tmp_path: Path) -> None:
    for name in ("pre-commit", "post-commit", "reference-transaction"):
        hook = repository.root / ".git" / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n", encoding="utf-8")
        hook.chmod(0o755)
    commit(repository, PAGE)
    assert not (tmp_path / "ran").exists()


def test_files_are_ordinary_files(repository: Repository) -> None:
    commit(repository, PAGE)
    assert git(repository.root, "ls-tree", "-r", "main").startswith("100644 blob ")


def test_path_with_quotes_and_a_backslash(repository: Repository) -> None:
    commit(repository, OutputFile('tags/a"b\\c.md', b"x"))
    assert repository.contents(['tags/a"b\\c.md']) == {'tags/a"b\\c.md': b"x"}


def test_binary_and_empty_files(repository: Repository) -> None:
    files = {"1.png": b"\x89PNG\r\n\x1a\n\x00\xff", "2.md": b"", "3.md": b"done\n"}
    commit(repository, *(OutputFile(path, content) for path, content in files.items()))
    assert repository.contents(files) == files


def test_locked_branch_is_an_error_with_the_words_of_git(repository: Repository) -> None:
    first = commit(repository, PAGE)
    (repository.root / ".git" / "refs" / "heads" / "main.lock").write_bytes(b"")
    with pytest.raises(CommitError, match="git did not") as caught:
        commit(repository, DATA)
    assert str(repository.root) not in str(caught.value)
    assert repository.tip() == first


def test_contents_leaves_out_what_is_not_there(repository: Repository) -> None:
    commit(repository, PAGE)
    assert repository.contents(["none.md", PAGE.path, "pages", "a\nb"]) == {PAGE.path: PAGE.content}


def test_contents_of_the_commit_and_not_of_the_disk(repository: Repository) -> None:
    commit(repository, PAGE)
    write(repository, OutputFile(PAGE.path, b"changed"))
    assert repository.contents([PAGE.path]) == {PAGE.path: PAGE.content}


def test_data_files(repository: Repository) -> None:
    commit(repository, PAGE, DATA, OutputFile("data/2021/12/17/990001.md", b"~~~ newsmirror 1\n"))
    assert repository.data_files() == {DATA.path: DATA.content}


def test_data_changed(repository: Repository) -> None:
    first = commit(repository, DATA)
    second = commit(repository, PAGE)
    third = commit(repository, OutputFile(DATA.path, b"{}\n{}\n"))
    changed = [repository.data_changed(since) for since in (first, second, third, "0" * 40)]
    assert changed == [True, True, False, True]


def test_data_not_changed_by_a_page(repository: Repository) -> None:
    first = commit(repository, DATA)
    commit(repository, PAGE)
    assert not repository.data_changed(first)


def test_refresh_index_leaves_a_clean_status(repository: Repository) -> None:
    write(repository, PAGE)
    commit(repository, PAGE)
    assert repository.refresh_index([PAGE.path]) is None
    assert git(repository.root, "status", "--porcelain") == ""


def test_refresh_index_with_a_stale_lock_names_the_reason_without_paths(repository: Repository) -> None:
    write(repository, PAGE)
    commit(repository, PAGE)
    (repository.root / ".git" / "index.lock").write_bytes(b"")
    reason = repository.refresh_index([PAGE.path])
    assert reason is not None
    assert "index.lock" not in reason or str(repository.root) not in reason


def test_folder_without_repository_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="not a git working copy"):
        Repository(tmp_path, "main")


def test_folder_inside_a_repository_is_refused(repository: Repository) -> None:
    (repository.root / "inner").mkdir()
    with pytest.raises(RefusedError, match="not a git working copy"):
        Repository(repository.root / "inner", "main")


def test_bare_repository_is_refused(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--bare", "bare.git")
    with pytest.raises(RefusedError, match="bare or linked"):
        Repository(tmp_path / "bare.git", "main")


def test_linked_working_copy_is_refused(repository: Repository, tmp_path: Path) -> None:
    commit(repository, PAGE)
    git(repository.root, "worktree", "add", "--quiet", str(tmp_path / "linked"), "-b", "other")
    with pytest.raises(RefusedError, match="bare or linked"):
        Repository(tmp_path / "linked", "main")


def test_environment_leads_to_no_other_repository(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = commit(repository, PAGE)
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    again = Repository(repository.root, "main")
    found = again.tip()
    again.close()
    assert found == made


def test_current_branch_of_a_detached_head(repository: Repository) -> None:
    commit(repository, PAGE)
    git(repository.root, "checkout", "--quiet", "--detach", "main")
    assert repository.current_branch() is None


def test_remote_url(repository: Repository) -> None:
    git(repository.root, "remote", "add", "first", "https://github.com/example/mirror.git")
    git(repository.root, "remote", "add", "second", "git@codeberg.org:example/mirror.git")
    found = [repository.remote_url(name) for name in (None, "second", "none")]
    assert found == ["https://github.com/example/mirror.git", "git@codeberg.org:example/mirror.git", None]


def test_remote_url_without_remote(repository: Repository) -> None:
    assert repository.remote_url() is None


def test_plain_words_hold_no_paths_and_no_credentials() -> None:
    error = ValueError("cannot read /home/somebody/mirror/x\n from https://name:word@example.org/m")
    assert plain_words(error) == "cannot read … from https://example.org/m"
