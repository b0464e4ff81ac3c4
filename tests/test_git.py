import os
import shutil
import subprocess
import weakref
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from newsmirror.commits import Committer
from newsmirror.exceptions import CommitError, GitError, NoSpaceError, RefusedError
from newsmirror.git import Change, Repository
from newsmirror.gitindex import GitIndex
from newsmirror.gitprocess import plain_words
from newsmirror.items import BEIJING, OutputFile

AUTHOR = ("mirror 镜", "mirror@example.invalid")
WHEN = datetime(2021, 12, 17, 8, 30, tzinfo=BEIJING)
PAGE = OutputFile("pages/2021/河 边.md", "河\n".encode())
DATA = OutputFile("data/2021/12/17.jsonl", b"{}\n")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    (tmp_path / "mirror").mkdir()
    made = Repository.create(tmp_path / "mirror", "main")
    made.private.mkdir()
    return made


def git(root: Path, *words: str) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8"}
    command = ["git", "-c", "core.quotePath=false", *words]
    return subprocess.run(command, cwd=root, env=environment, check=True, capture_output=True, text=True).stdout


def commit(repository: Repository, *files: OutputFile, message: str = "Add 1 article") -> str:
    committer, parent = Committer(repository, AUTHOR), repository.tip()
    made = committer.make(files, message, parent=parent, when=WHEN)
    committer.publish(made, parent=parent, when=WHEN)
    return made


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
    assert repository.kinds("main") == {"pages": "tree"}


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


def test_data_names_are_those_of_days(repository: Repository) -> None:
    made = commit(repository, PAGE, DATA, OutputFile("data/2021/12/17/990001.md", b"x"))
    assert list(repository.data_names(made)) == [DATA.path]


def test_changes_between_commits(repository: Repository) -> None:
    first = commit(repository, DATA)
    second = commit(repository, PAGE, OutputFile(DATA.path, b"{}\n{}\n"))
    changes = {change.path: change for change in repository.changes(first, second)}
    assert sorted(changes) == [DATA.path, PAGE.path]
    assert (changes[PAGE.path].before, changes[DATA.path].before is None) == (None, False)
    assert list(repository.blobs([str(changes[PAGE.path].after), f"{first}:{DATA.path}", f"{first}:none"])) == [
        PAGE.content, DATA.content, None,
    ]  # fmt: skip


def test_changes_below_a_folder_and_from_nothing(repository: Repository) -> None:
    made = commit(repository, PAGE, DATA)
    assert [change.path for change in repository.changes(None, made, "data/")] == [DATA.path]


def test_changes_since_an_unknown_commit(repository: Repository) -> None:
    with pytest.raises(GitError):
        repository.changes("1" * 40, commit(repository, PAGE))


def test_holds(repository: Repository) -> None:
    first = commit(repository, DATA)
    second = commit(repository, PAGE)
    assert [repository.holds(*pair) for pair in ((first, second), (second, second), (second, first))] == [
        True, True, False,
    ]  # fmt: skip


def changes_of(repository: Repository, made: str) -> list[Change]:
    return repository.changes(None, made)


def test_index_leaves_a_clean_status(repository: Repository) -> None:
    write(repository, PAGE)
    GitIndex(repository).put(changes_of(repository, commit(repository, PAGE)))
    assert git(repository.root, "status", "--porcelain") == ""


def test_index_runs_no_filter(repository: Repository, tmp_path: Path) -> None:
    git(repository.root, "config", "filter.x.clean", f"touch {tmp_path}/ran; cat")
    write(repository, OutputFile(".gitattributes", b"* filter=x text eol=crlf\n"))
    write(repository, PAGE)
    made = commit(repository, PAGE)
    GitIndex(repository).put(changes_of(repository, made))
    assert not (tmp_path / "ran").exists()
    assert repository.contents([PAGE.path]) == {PAGE.path: PAGE.content}


def test_index_with_a_stale_lock_names_the_reason_without_paths(repository: Repository) -> None:
    made = commit(repository, PAGE)
    (repository.root / ".git" / "index.lock").write_bytes(b"")
    with pytest.raises(GitError, match=r"index\.lock|Unable|File exists|…") as caught:
        GitIndex(repository).put(changes_of(repository, made))
    assert str(repository.root) not in str(caught.value)


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
    assert Repository(repository.root, "main").tip() == made


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


def test_branch_that_moved_is_not_written(repository: Repository) -> None:
    first = commit(repository, PAGE)
    committer = Committer(repository, AUTHOR)
    late = committer.make([DATA], "late", parent=first, when=WHEN)
    second = commit(repository, OutputFile("b.md", b"x"))
    with pytest.raises(CommitError, match="git did not move the branch"):
        committer.publish(late, parent=first, when=WHEN)
    assert repository.tip() == second


def test_objects_wait_in_a_folder_of_ours_until_they_are_whole(repository: Repository) -> None:
    with pytest.raises(CommitError):
        Committer(repository, AUTHOR).make([PAGE], "bad\x00", parent="1" * 40, when=WHEN)
    assert list((repository.root / ".git/objects/pack").iterdir()) == []
    assert not (repository.private / "incoming").exists()


@pytest.mark.parametrize("path", ["../x", "a/../../x", ".git/hooks/x", "a/.git/x", "", "a//b", "a\nb", "./a"])
def test_path_out_of_the_tree_is_refused(repository: Repository, path: str) -> None:
    with pytest.raises(CommitError, match="is no path of the tree"):
        commit(repository, OutputFile(path, b"x"))


def tracked(repository: Repository, mode: str, target: str, path: str) -> str:
    """Commit something that we never write: a link or a submodule."""
    first = commit(repository, PAGE)
    if mode == "120000":
        (repository.root / "target").write_text(target)
        target = git(repository.root, "hash-object", "-w", "target").strip()
    git(repository.root, "read-tree", first)
    git(repository.root, "update-index", "--add", "--cacheinfo", f"{mode},{target},{path}")
    tree = git(repository.root, "write-tree").strip()
    made = git(
        repository.root, "-c", "user.name=a", "-c", "user.email=a@b", "commit-tree", tree, "-p", first, "-m", "x"
    )
    git(repository.root, "update-ref", "refs/heads/main", made.strip())
    return made.strip()


@pytest.mark.parametrize(("mode", "target"), [("120000", "/etc"), ("160000", "1" * 40)])
def test_folder_that_is_a_link_or_submodule_in_the_commit_is_refused(
    repository: Repository, mode: str, target: str
) -> None:
    made = tracked(repository, mode, target, "tags/3f")
    with pytest.raises(CommitError, match="tags/3f is taken by a link, folder or submodule"):
        commit(repository, OutputFile("tags/3f/x.md", b"x"))
    assert repository.tip() == made


def test_shallow_clone_is_refused(repository: Repository, tmp_path: Path) -> None:
    commit(repository, PAGE)
    commit(repository, DATA)
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{repository.root}", "shallow")
    with pytest.raises(RefusedError, match="is a shallow clone; run git fetch --unshallow"):
        Repository(tmp_path / "shallow", "main")


def test_git_folder_that_is_a_link_is_refused(repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other/.git").symlink_to(repository.root / ".git")
    with pytest.raises(RefusedError, match="bare or linked"):
        Repository(tmp_path / "other", "main")


def test_branch_file_that_a_power_loss_emptied_is_refused_and_not_taken_for_a_new_repository(
    repository: Repository,
) -> None:
    commit(repository, PAGE)
    (repository.root / ".git/refs/heads/main").write_bytes(b"")
    with pytest.raises(RefusedError, match="git cannot read the working copy"):
        repository.tip()


def test_new_repository_takes_no_template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "template/hooks").mkdir(parents=True)
    (tmp_path / "template/hooks/pre-push").write_text("#!/bin/sh\n")
    (tmp_path / ".gitconfig").write_text(f"[init]\n\ttemplateDir = {tmp_path}/template\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_TEMPLATE_DIR", str(tmp_path / "template"))
    (tmp_path / "mirror").mkdir()
    Repository.create(tmp_path / "mirror", "main")
    assert not (tmp_path / "mirror/.git/hooks").exists()


def test_missing_git_is_a_sentence(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(RefusedError, match="the git program is missing; install git"):
        Repository(repository.root, "main")


def disturb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, script: str) -> None:
    """Let one of git's commands be a shell script; in it, $GIT is the real git."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/git").write_text(
        f'#!/bin/sh\nGIT={shutil.which("git")}\ncase " $* " in *" {command} "*)\n{script}\nesac\nexec $GIT "$@"\n'
    )
    (tmp_path / "bin/git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")


def test_git_that_hangs_is_stopped(repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disturb(tmp_path, monkeypatch, "status", "exec sleep 1000")
    with pytest.raises(GitError, match="git did not come to an end in time and was stopped"):
        repository.run("status", seconds=0.2)


def test_a_record_is_stored_as_the_difference_to_its_page_and_a_list_whole(repository: Repository) -> None:
    text = "".join(f"第{number}段，老人每天早晨到河边听钟声。\n\n" for number in range(60))
    files = [
        OutputFile("pages/2021/12/17/1.md", f"# 题\n\n{text}".encode()),
        OutputFile("data/2021/12/17/1.md", f"~~~\n{text}~~~\n".encode()),
        OutputFile("indexes/p1.md", f"# 一\n\n{text}".encode()),
        OutputFile("indexes/p2.md", f"# 二\n\n{text}".encode()),
    ]

    commit(repository, *files)

    asked = "".join(f"main:{file.path}\n" for file in files)
    found = repository.run("cat-file", "--batch-check=%(objectname) %(deltabase)", stdin=asked.encode()).decode()
    names, bases = zip(*(line.split() for line in found.splitlines()), strict=True)
    assert bases == ("0" * 40, names[0], "0" * 40, "0" * 40)


def test_files_are_read_once_and_not_held(repository: Repository) -> None:
    """What makes the commit of a whole archive possible in little memory."""
    alive: list[weakref.ref[OutputFile]] = []
    most = 0

    def files() -> Iterator[OutputFile]:
        nonlocal most
        for number in range(3000):
            file = OutputFile(f"pages/{number}.md", b"x" * number)
            alive.append(weakref.ref(file))
            most = max(most, sum(known() is not None for known in alive[-2000:]))
            yield file

    Committer(repository, AUTHOR).make(files(), "x", parent=None, when=WHEN)

    assert most <= 1001


def test_git_that_is_killed_after_it_moved_the_branch_has_moved_it(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disturb(tmp_path, monkeypatch, "update-ref", '$GIT "$@"; kill -KILL $$')
    assert commit(repository, PAGE) == repository.tip()


@pytest.mark.parametrize("command", ["fast-import", "update-ref"])
def test_git_that_is_killed_leaves_the_branch_and_no_objects(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    disturb(tmp_path, monkeypatch, command, "kill -KILL $$")
    with pytest.raises(CommitError, match="it was killed"):
        commit(repository, PAGE)
    assert repository.tip() is None
    assert not (repository.private / "incoming").exists()


@pytest.mark.parametrize("command", ["fast-import", "update-ref"])
@pytest.mark.parametrize(
    "words",
    ["No space left on device", "Out of diskspace", "Read-only file system", "Input/output error", "couldn't set 'x'"],
)
def test_disk_that_refuses_has_its_own_error(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, words: str
) -> None:
    disturb(tmp_path, monkeypatch, command, f'echo "fatal: write error: {words}" >&2; exit 128')
    with pytest.raises(NoSpaceError, match=words):
        commit(repository, PAGE)


def test_report_of_a_failed_import_is_removed(repository: Repository, tmp_path: Path) -> None:
    with pytest.raises(CommitError):
        Committer(repository, AUTHOR).make([PAGE], "x", parent="1" * 40, when=WHEN)
    assert list((repository.root / ".git").glob("fast_import_crash_*")) == []


def test_report_of_a_failed_import_is_removed_where_a_script_stands_for_git_and_those_of_others_stay(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository.root / ".git/fast_import_crash_1").touch()
    disturb(tmp_path, monkeypatch, "fast-import", '$GIT "$@"; exit $?')
    with pytest.raises(CommitError):
        Committer(repository, AUTHOR).make([PAGE], "x", parent="1" * 40, when=WHEN)
    assert [path.name for path in (repository.root / ".git").glob("fast_import_crash_*")] == ["fast_import_crash_1"]
