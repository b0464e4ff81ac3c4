"""The working copy as others use it: their changes, their configuration, their traps. Real git throughout."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from newsmirror.config import Config
from newsmirror.exceptions import RefusedError
from newsmirror.outcome import Outcome
from newsmirror.publish import Publisher
from newsmirror.settings import NEWSMIRROR_AUTHOR
from newsmirror.spiders.secretchina import SITE
from tests.conftest import git
from tests.test_git import disturb
from tests.test_publish import NOW, READ, page_of, publish, story
from tests.test_stale import somebody

HOOKS = (
    "applypatch-msg", "pre-applypatch", "post-applypatch", "pre-commit", "pre-merge-commit", "prepare-commit-msg",
    "commit-msg", "post-commit", "pre-rebase", "post-checkout", "post-merge", "pre-push", "pre-receive", "update",
    "proc-receive", "post-receive", "post-update", "reference-transaction", "push-to-checkout", "pre-auto-gc",
    "post-rewrite", "sendemail-validate", "fsmonitor-watchman", "post-index-change",
)  # fmt: skip
COMMANDS = (
    "core.fsmonitor", "core.sshCommand", "core.askPass", "core.editor", "core.pager", "core.gitProxy",
    "core.alternateRefsCommand", "credential.helper", "diff.external", "gpg.program", "gpg.ssh.program",
    "filter.x.clean", "filter.x.smudge", "filter.x.process", "diff.x.textconv", "diff.x.command", "merge.x.driver",
    "alias.fast-import", "alias.update-ref", "alias.cat-file", "alias.rev-parse", "pager.ls-tree", "sequence.editor",
    "uploadpack.packObjectsHook", "remote.origin.uploadpack", "remote.origin.receivepack", "remote.origin.vcs",
    "trailer.x.command", "interactive.diffFilter",
)  # fmt: skip
"""Keys of git's configuration whose value some command runs."""
SETTINGS = {
    "commit.gpgSign": "true", "tag.gpgSign": "true", "push.gpgSign": "true", "commit.template": "/dev/zero",
    "core.autocrlf": "true", "core.eol": "crlf", "core.bare": "false", "core.safecrlf": "true",
    "core.fsync": "none", "core.fsyncMethod": "writeout-only", "gc.auto": "1", "maintenance.auto": "true",
    "core.logAllRefUpdates": "always", "core.precomposeUnicode": "true", "core.ignoreCase": "true",
    "i18n.commitEncoding": "GBK", "user.name": "CANARYNAME", "user.email": "canary@canary.example",
    "author.name": "CANARYNAME", "committer.email": "canary@canary.example", "extensions.partialClone": "origin",
    "remote.origin.promisor": "true", "remote.origin.url": "ext::sh -c touch% ran", "fastimport.unpackLimit": "100000",
    "transfer.unpackLimit": "100000", "url.ext::sh.insteadOf": "https://", "core.sparseCheckout": "true",
    "submodule.recurse": "true", "diff.relative": "true", "core.quotePath": "true", "core.compression": "0",
}  # fmt: skip
"""Keys that would change what is written, were they read."""


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A mirror of one article to copy, and the tree of two articles where nobody interferes."""
    folder = tmp_path_factory.mktemp("calm")
    made = make_config(folder / "mirror")
    assert publish(made, story(1)).outcome is Outcome.PUBLISHED
    shutil.copytree(made.repo, folder / "one", symlinks=True)
    publish(made, story(2))
    return folder / "one", tree(made)


@pytest.fixture
def config(tmp_path: Path, calm: tuple[Path, str]) -> Config:
    """A mirror with one article."""
    shutil.copytree(calm[0], tmp_path / "mirror", symlinks=True)
    return make_config(tmp_path / "mirror")


@pytest.fixture
def expected(calm: tuple[Path, str]) -> str:
    """The tree of two articles where nobody interferes."""
    return calm[1]


def make_config(repo: Path) -> Config:
    return Config.from_settings({"NEWSMIRROR_REPO": str(repo), "NEWSMIRROR_AUTHOR": NEWSMIRROR_AUTHOR})


def tree(config: Config) -> str:
    return git(config.repo, "rev-parse", "main^{tree}")


def by_hand(config: Config, *words: str) -> str:
    return git(config.repo, "-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgSign=false", *words)


def refusal(config: Config) -> str:
    """Why a run does not begin."""
    with pytest.raises(RefusedError) as caught:
        Publisher(config, SITE).open()
    return str(caught.value)


def canary(tmp_path: Path) -> tuple[str, Callable[[], bool]]:
    """A command that leaves a trace, and whether it did."""
    command = tmp_path / "canary.sh"
    command.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\ncat\n", encoding="utf-8")
    command.chmod(0o755)
    return str(command), (tmp_path / "ran").exists


# What others have in the folder


def test_nothing_of_others_is_committed_or_touched(config: Config, expected: str) -> None:
    theirs = {
        ".env": b"TOKEN=1", "run.log": b"x", "pages/2026/11/23/.1.md.swp": b"x", "pages/own.md": b"mine",
        "README.md.bak": b"x", "data/notes.txt": b"x",
    }  # fmt: skip
    for name, content in theirs.items():
        (config.repo / name).parent.mkdir(parents=True, exist_ok=True)
        (config.repo / name).write_bytes(content)
    git(config.repo, "add", "pages/own.md", ".env")

    publish(config, story(2))

    assert tree(config) == expected
    assert {name: (config.repo / name).read_bytes() for name in theirs} == theirs
    assert git(config.repo, "diff", "--cached", "--name-only").splitlines() == [".env", "pages/own.md"]


def test_what_an_operator_has_committed_stays(config: Config) -> None:
    (config.repo / "CNAME").write_text("mirror.example\n")
    (config.repo / "about.md").write_text("# us\n")
    by_hand(config, "add", "CNAME", "about.md")
    by_hand(config, "commit", "-qm", "own")

    result = publish(config, story(2))

    assert result.outcome is Outcome.PUBLISHED
    assert git(config.repo, "show", "main:CNAME") == "mirror.example"
    assert (config.repo / "about.md").read_text() == "# us\n"
    assert git(config.repo, "status", "--porcelain") == ""


def test_edit_of_an_article_is_kept_and_causes_no_commit(config: Config, expected: str) -> None:
    page = config.repo / "pages/2026/11/23/1.md"
    page.write_text("mine\n")

    results = [publish(config), publish(config, story(2)), publish(config), publish(config)]

    assert [bool(result.commit) for result in results] == [False, True, False, False]
    assert tree(config) == expected
    assert page.read_text() == "mine\n"


def test_edit_of_an_article_that_the_source_changes_is_kept_and_named(
    config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    page = config.repo / "pages/2026/11/23/1.md"
    page.write_text("mine\n")
    changed = story(1, "改过的正文，多了一句话。")

    publish(config, changed)
    publish(config, changed)

    assert page.read_text() == "mine\n"
    assert "改过的正文" in git(config.repo, "show", "main:pages/2026/11/23/1.md")
    assert caplog.text.count("Somebody has changed files of the mirror") == 1
    assert "the folder theirs: pages/2026/11/23/1.md" in caplog.text
    git(config.repo, "checkout", "--", "pages/2026/11/23/1.md")
    assert "改过的正文" in page.read_text(encoding="utf-8")


def test_edit_of_a_list_is_kept_and_the_commit_has_ours(config: Config, expected: str) -> None:
    (config.repo / "README.md").write_text("mine\n")

    publish(config, story(2))

    assert tree(config) == expected
    assert (config.repo / "README.md").read_text() == "mine\n"
    assert git(config.repo, "status", "--porcelain") == "M README.md"


def test_edit_of_an_article_that_was_committed_stays_in_the_branch(config: Config) -> None:
    (config.repo / "pages/2026/11/23/1.md").write_text("mine\n")
    by_hand(config, "commit", "-qam", "own words")

    publish(config, story(2))
    publish(config)

    assert git(config.repo, "show", "main:pages/2026/11/23/1.md") == "mine"
    assert git(config.repo, "status", "--porcelain") == ""


def test_file_in_the_place_of_a_new_one_is_kept(config: Config, expected: str) -> None:
    mine = config.repo / "pages/2026/11/23/2.md"
    mine.write_text("mine\n")

    publish(config, story(2))

    assert tree(config) == expected
    assert mine.read_text() == "mine\n"


def test_files_that_were_removed_from_the_folder_stay_in_the_branch(config: Config, expected: str) -> None:
    for page in (config.repo / "pages").rglob("*.md"):
        page.unlink()

    publish(config, story(2))

    assert tree(config) == expected


# Branches and operations


def test_detached_head_is_refused(config: Config) -> None:
    git(config.repo, "checkout", "-q", "--detach")
    assert refusal(config).startswith("the working copy is on no branch, not on main")


@pytest.mark.parametrize("what", ["merge", "rebase", "cherry-pick", "revert", "bisect"])
def test_operation_that_is_not_finished_is_refused(config: Config, what: str) -> None:
    by_hand(config, "checkout", "-q", "-b", "other")
    for branch, text in (("other", "theirs\n"), ("main", "ours\n")):
        by_hand(config, "checkout", "-q", branch)
        (config.repo / "about.md").write_text(text)
        by_hand(config, "add", "about.md")
        by_hand(config, "commit", "-qm", text)
    words = {
        "merge": ["merge", "other"],
        "rebase": ["rebase", "other"],
        "cherry-pick": ["cherry-pick", "other"],
        "revert": ["revert", "--no-edit", "HEAD~1"],
        "bisect": ["bisect", "start", "HEAD", "HEAD~1"],
    }[what]
    if what == "revert":
        (config.repo / "README.md").write_text("x")
        by_hand(config, "commit", "-qam", "x")
        (config.repo / "README.md").write_text("y")
        by_hand(config, "commit", "-qam", "y")
    command = ["git", "-C", str(config.repo), "-c", "user.name=a", "-c", "user.email=a@b", *words]
    subprocess.run(command, check=False, capture_output=True)

    assert refusal(config) == f"the working copy is in the middle of a {what}; finish it or take it back"


def test_merge_that_begins_during_a_run_stops_the_commit(config: Config) -> None:
    publisher = Publisher(config, SITE, now=lambda: NOW)
    publisher.open()
    publisher.add(page_of(story(2), config))
    (config.repo / ".git/MERGE_HEAD").write_text(git(config.repo, "rev-parse", "main") + "\n")

    result = publisher.finish(READ)
    publisher.close()

    assert result.outcome is Outcome.COMMIT_FAILED
    assert result.reason == "somebody began a merge in the working copy; finish it or take it back"


def test_commit_of_another_program_during_a_run_is_not_lost(config: Config) -> None:
    publisher = Publisher(config, SITE, now=lambda: NOW)
    publisher.open()
    publisher.add(page_of(story(2), config))
    (config.repo / "about.md").write_text("# us\n")
    by_hand(config, "add", "about.md")
    by_hand(config, "commit", "-qm", "own")

    failed = publisher.finish(READ)
    publisher.close()
    again = publish(config, story(2))

    assert (failed.outcome, again.outcome) == (Outcome.COMMIT_FAILED, Outcome.PUBLISHED)
    assert git(config.repo, "show", "main:about.md") == "# us"
    assert git(config.repo, "status", "--porcelain") == ""


def test_other_branch_that_is_checked_out_during_a_run_is_left_alone(config: Config) -> None:
    publisher = Publisher(config, SITE, now=lambda: NOW)
    publisher.open()
    publisher.add(page_of(story(2), config))
    git(config.repo, "checkout", "-q", "-b", "drafts")
    old = git(config.repo, "rev-parse", "drafts")

    result = publisher.finish(READ)
    publisher.close()

    assert result.commit == git(config.repo, "rev-parse", "main")
    assert git(config.repo, "rev-parse", "drafts") == old
    assert not (config.repo / "pages/2026/11/23/2.md").exists()
    git(config.repo, "checkout", "-q", "main")
    assert publish(config).outcome is Outcome.NOTHING_NEW
    assert git(config.repo, "status", "--porcelain") == ""


def test_branch_that_is_an_alias_writes_no_other_branch(config: Config) -> None:
    git(config.repo, "branch", "-q", "other")
    git(config.repo, "symbolic-ref", "refs/heads/main", "refs/heads/other")
    old = git(config.repo, "rev-parse", "other")

    publish(config, story(2))

    assert git(config.repo, "rev-parse", "other") == old


def test_second_working_copy_and_submodules_of_others_are_left_alone(config: Config, tmp_path: Path) -> None:
    git(config.repo, "worktree", "add", "-q", str(tmp_path / "second"), "-b", "drafts")
    (tmp_path / "lib").mkdir()
    git(tmp_path / "lib", "init", "-q")
    git(tmp_path / "lib", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "x")
    by_hand(config, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(tmp_path / "lib"), "lib")
    by_hand(config, "commit", "-qm", "lib")
    inside = git(tmp_path / "second", "status", "--porcelain=v2", "--branch")

    result = publish(config, story(2))

    assert result.outcome is Outcome.PUBLISHED
    assert git(config.repo, "ls-tree", "main", "lib").startswith("160000 commit")
    assert git(config.repo, "status", "--porcelain") == ""
    assert git(tmp_path / "second", "status", "--porcelain=v2", "--branch") == inside


# Links


@pytest.mark.parametrize("name", ["pages", "images", "indexes", "tags", "data"])
def test_folder_of_ours_that_is_a_link_is_refused(config: Config, tmp_path: Path, name: str) -> None:
    (tmp_path / "trap").mkdir()
    if (config.repo / name).exists():
        (config.repo / name).rename(tmp_path / "old")
    (config.repo / name).symlink_to(tmp_path / "trap")

    assert refusal(config) == f"{name} of the working copy is a link; replace it by an ordinary folder"
    assert list((tmp_path / "trap").iterdir()) == []


def test_link_further_down_is_not_followed(config: Config, expected: str, tmp_path: Path) -> None:
    (tmp_path / "trap").mkdir()
    (config.repo / "pages/2026").rename(tmp_path / "old")
    (config.repo / "pages/2026").symlink_to(tmp_path / "trap")

    publish(config, story(2))

    assert tree(config) == expected
    assert list((tmp_path / "trap").iterdir()) == []


def test_file_that_is_a_link_is_not_followed(config: Config, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (config.repo / "README.md").unlink()
    (config.repo / "README.md").symlink_to(tmp_path / "secret")

    publish(config, story(2))

    assert (tmp_path / "secret").read_text() == "secret"
    assert "secret" not in git(config.repo, "show", "main:README.md")


# Hooks, configuration, environment


@pytest.mark.parametrize("where", ["hooks", "elsewhere"])
def test_no_hook_runs(config: Config, expected: str, tmp_path: Path, where: str) -> None:
    command, ran = canary(tmp_path)
    folder = config.repo / ".git/hooks" if where == "hooks" else tmp_path / "elsewhere"
    folder.mkdir(exist_ok=True)
    for name in HOOKS:
        (folder / name).symlink_to(command)
    if where == "elsewhere":
        git(config.repo, "config", "core.hooksPath", str(folder))

    publish(config, story(2))

    assert tree(config) == expected
    assert not ran()


@pytest.mark.parametrize("level", ["repository", "included", "home"])
def test_no_command_of_a_configuration_runs_and_none_changes_a_byte(
    config: Config, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, level: str
) -> None:
    command, ran = canary(tmp_path)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    file = {
        "repository": config.repo / ".git/config",
        "included": tmp_path / "included",
        "home": home / ".gitconfig",
    }[level]
    for key, value in {**dict.fromkeys(COMMANDS, command), **SETTINGS}.items():
        subprocess.run(["git", "config", "--file", str(file), key, value], check=True)
    if level == "included":
        git(config.repo, "config", "include.path", str(file))
    attributes = config.repo / ".git/info/attributes"
    attributes.parent.mkdir(exist_ok=True)
    attributes.write_text("* text eol=crlf filter=x diff=x merge=x working-tree-encoding=UTF-16\n")

    result = publish(config, story(2))

    assert result.outcome is Outcome.PUBLISHED
    assert not ran()
    assert tree(config) == expected
    written = git(config.repo, "cat-file", "commit", "main")
    assert "CANARY" not in written
    assert "gpgsig" not in written
    assert "CANARY" not in (config.repo / ".git/logs/HEAD").read_text()


def test_other_folder_in_the_configuration_is_not_written(config: Config, expected: str, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "trap")
    git(config.repo, "config", "core.worktree", str(tmp_path / "trap"))

    publish(config, story(2))

    assert [path.name for path in (tmp_path / "trap").iterdir()] == [".git"]
    assert (config.repo / "pages/2026/11/23/2.md").exists()
    git(config.repo, "config", "--unset", "core.worktree")
    assert tree(config) == expected


def test_attributes_and_ignored_files_in_the_tree_change_nothing(config: Config, tmp_path: Path) -> None:
    command, ran = canary(tmp_path)
    (config.repo / ".gitattributes").write_text("* text eol=crlf filter=x\n*.md -text ident\n")
    (config.repo / ".gitignore").write_text("*\npages/\n")
    (config.repo / ".mailmap").write_text("CANARY <canary@example.invalid> <newsmirror@example.invalid>\n")
    git(config.repo, "add", "-f", ".gitattributes", ".gitignore", ".mailmap")
    by_hand(config, "commit", "-qm", "own")
    git(config.repo, "config", "filter.x.clean", command)

    publish(config, story(2))

    page = page_of(story(2), config).files()[0]
    assert git(config.repo, "cat-file", "blob", f"main:{page.path}") == page.content.decode().strip()
    assert (config.repo / page.path).read_bytes() == page.content
    assert git(config.repo, "ls-files", page.path) == page.path
    assert not ran()


def test_names_that_pass_for_a_repository_change_nothing(config: Config, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--bare", "trap.git")
    (config.repo / "HEAD").write_text("ref: refs/heads/main\n")
    (config.repo / "commondir").write_text(f"{tmp_path}/trap.git\n")
    (config.repo / "gitdir").write_text(f"{tmp_path}/trap.git\n")
    for folder in ("objects", "refs", "hooks"):
        (config.repo / folder).mkdir()
        (config.repo / folder / "x").write_text("x")
    by_hand(config, "add", "HEAD", "commondir", "gitdir", "objects", "refs", "hooks")
    by_hand(config, "commit", "-qm", "own")

    result = publish(config, story(2))

    assert result.outcome is Outcome.PUBLISHED
    assert git(tmp_path / "trap.git", "for-each-ref") == ""
    assert git(config.repo, "rev-list", "--count", "main") == "3"


@pytest.mark.parametrize(
    "name",
    [
        "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_CEILING_DIRECTORIES", "GIT_TEMPLATE_DIR", "GIT_SHALLOW_FILE",
        "GIT_GRAFT_FILE", "GIT_CONFIG", "GIT_CONFIG_GLOBAL", "GIT_TRACE", "GIT_TRACE2_EVENT", "GIT_EXEC_PATH",
        "GIT_SSH_COMMAND", "GIT_EXTERNAL_DIFF", "GIT_ATTR_SOURCE", "GIT_DEFAULT_HASH", "GIT_PYTHON_TRACE",
    ],
)  # fmt: skip
def test_variable_of_the_environment_leads_nowhere(
    config: Config, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    git(tmp_path, "init", "-q", "--bare", "trap.git")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "trap.git").rglob("*")}
    monkeypatch.setenv(name, str(tmp_path / "trap.git"))

    publish(config, story(2))

    monkeypatch.delenv(name, raising=False)
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "trap.git").rglob("*")} == before
    assert tree(config) == expected


def test_configuration_in_the_environment_is_not_read(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command, ran = canary(tmp_path)
    monkeypatch.setenv("GIT_CONFIG_PARAMETERS", f"'core.fsmonitor'='{command}' 'user.name'='CANARY'")

    publish(config, story(2))

    assert not ran()
    assert "CANARY" not in git(config.repo, "cat-file", "commit", "main")


# What a commit says


def test_commit_tells_nothing_of_the_machine(config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("USER", "LOGNAME", "HOSTNAME", "EMAIL", "NAME", "GIT_AUTHOR_NAME", "GIT_COMMITTER_EMAIL"):
        monkeypatch.setenv(name, "CANARY@canary.example")
    monkeypatch.setenv("TZ", "Asia/Shanghai")

    publish(config, story(2))

    everything = subprocess.run(
        ["git", "-C", str(config.repo), "cat-file", "--batch", "--batch-all-objects"],
        capture_output=True, check=True,
    ).stdout  # fmt: skip
    assert b"CANARY" not in everything
    assert str(tmp_path).encode() not in everything
    assert os.uname().nodename.encode() not in everything
    assert b"CANARY" not in (config.repo / ".git/logs/refs/heads/main").read_bytes()
    assert git(config.repo, "log", "--format=%ad %cd", "--date=format:%z").split() == ["+0000"] * 4


@pytest.mark.parametrize("title", ["@user fixes #1", "owner/repo#1\nSigned-off-by: x", "Co-authored-by: a <a@b>", "!"])
def test_message_of_a_commit_holds_counts_only(config: Config, title: str) -> None:
    publish(config, story(2, title=title))
    assert git(config.repo, "log", "-1", "--format=%B") == "newsmirror: 1 new, 0 updated"


# Broken repositories


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("damage", ["truncated pack", "flipped bits", "no index", "empty branch", "foreign branch"])
def test_broken_tip_is_refused_and_not_built_upon(config: Config, damage: str, which: int) -> None:
    pack = sorted((config.repo / ".git/objects/pack").glob("*.pack"))[which]
    branch = config.repo / ".git/refs/heads/main"
    pack.chmod(0o600)
    old = pack.read_bytes()
    if damage == "truncated pack":
        pack.write_bytes(old[: len(old) // 2])
    elif damage == "flipped bits":
        pack.write_bytes(bytes(byte ^ 0xFF for byte in old))
    elif damage == "no index":
        pack.with_suffix(".idx").unlink()
    else:
        branch.write_bytes(b"" if damage == "empty branch" else b"1" * 40 + b"\n")
    kept = branch.read_bytes()

    assert refusal(config).startswith("git cannot read the working copy")
    assert branch.read_bytes() == kept


def test_garbage_is_not_collected_in_a_run(config: Config) -> None:
    for key, value in {"gc.auto": "1", "gc.autoDetach": "false", "gc.autoPackLimit": "1"}.items():
        git(config.repo, "config", key, value)
    before = set((config.repo / ".git/objects/pack").glob("*.pack"))

    publish(config, story(2))

    assert before < set((config.repo / ".git/objects/pack").glob("*.pack"))


def test_commit_that_would_go_through_a_submodule_is_refused(config: Config) -> None:
    first = git(config.repo, "rev-parse", "main")
    git(config.repo, "rm", "-q", "-r", "--cached", "tags")
    git(config.repo, "update-index", "--add", "--cacheinfo", f"160000,{first},tags/u6")
    by_hand(config, "commit", "-qm", "x")

    result = publish(config, story(2))

    assert result.outcome is Outcome.COMMIT_FAILED
    assert result.reason
    assert "tags/u6 is taken by a link, folder or submodule" in result.reason


def test_git_that_is_killed_with_its_locks_taken_does_not_stop_the_next_run(
    config: Config, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    locks = " ".join(f"{config.repo}/.git/{name}" for name in ("HEAD.lock", "refs/heads/main.lock", "index.lock"))
    disturb(tmp_path, monkeypatch, "update-ref", f"touch {locks}; kill -KILL $$")
    failed = publish(config, story(2))
    left = list((config.repo / ".git").rglob("*.lock"))
    monkeypatch.undo()

    again = publish(config, story(2))

    assert (failed.outcome, again.outcome) == (Outcome.COMMIT_FAILED, Outcome.PUBLISHED)
    assert left == []
    assert tree(config) == expected


def test_git_that_is_killed_at_the_index_leaves_it_to_the_next_run(
    config: Config, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disturb(tmp_path, monkeypatch, "update-index", f"touch {config.repo}/.git/index.lock; kill -KILL $$")
    result = publish(config, story(2))
    dirty = git(config.repo, "status", "--porcelain")
    monkeypatch.undo()

    publish(config)

    assert (result.outcome, dirty != "") == (Outcome.PUBLISHED, True)
    assert git(config.repo, "status", "--porcelain") == ""
    assert tree(config) == expected


def test_lock_of_somebody_else_stays_when_a_git_of_ours_is_killed(
    config: Config, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = config.repo / ".git/index.lock"
    lock.touch()
    disturb(tmp_path, monkeypatch, "update-ref", "kill -KILL $$")
    failed = publish(config, story(2))
    monkeypatch.undo()

    assert failed.outcome is Outcome.COMMIT_FAILED
    assert lock.exists()
    lock.unlink()
    publish(config, story(2))
    assert tree(config) == expected


def test_what_a_killed_git_left_while_a_person_looked_is_removed_by_the_next_run(
    config: Config, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disturb(tmp_path, monkeypatch, "update-ref", f"touch {config.repo}/.git/refs/heads/main.lock; kill -KILL $$")
    monkeypatch.setattr("newsmirror.stale.PATIENCE", 0.1)
    with somebody("git", "-C", str(config.repo), "cat-file", "--batch"):
        failed = publish(config, story(2))
    monkeypatch.undo()

    again = publish(config, story(2))

    assert (failed.outcome, again.outcome) == (Outcome.COMMIT_FAILED, Outcome.PUBLISHED)
    assert tree(config) == expected
