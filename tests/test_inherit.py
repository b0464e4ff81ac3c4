"""A new working copy whose remotes hold something already."""

from pathlib import Path

import pytest

from newsmirror.config import Config
from newsmirror.exceptions import RefusedError, StoppedError
from newsmirror.outcome import Outcome, PushResult
from newsmirror.publish import Publisher
from newsmirror.spiders.secretchina import SITE
from tests.conftest import closed_port, git
from tests.githost import make_bare, tar_pit, tip_of
from tests.test_join import AUTHOR, open_copy
from tests.test_publish import publish, story


def test_lost_disk_costs_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    far = make_bare(tmp_path / "far.git")
    first = publish(open_copy(tmp_path / "one", far), story(1)).commit
    new = open_copy(tmp_path / "two", make_bare(tmp_path / "empty.git"), far)

    publisher = Publisher(new, SITE)
    publisher.open()
    known = publisher.memory.knows(1)
    publisher.close()
    result = publish(new, story(2))

    assert known
    assert git(new.repo, "rev-parse", "main^") == first
    assert result.outcome is Outcome.PUBLISHED
    assert tip_of(far) == tip_of(tmp_path / "empty.git") == result.commit
    assert git(new.repo, "status", "--porcelain") == ""
    assert (new.repo / "pages/2026/11/23/1.md").exists()


def test_readme_of_a_host_is_built_upon(tmp_path: Path) -> None:
    far = make_bare(tmp_path / "far.git")
    git(tmp_path, "clone", "-q", str(far), "web")
    for name in ("README.md", "LICENSE", ".gitignore"):
        (tmp_path / "web" / name).write_text("of the host\n")
    git(tmp_path / "web", "add", "-A")
    git(tmp_path / "web", *AUTHOR, "commit", "-q", "-m", "Initial commit")
    git(tmp_path / "web", "push", "-q", "origin", "HEAD:main")
    new = open_copy(tmp_path / "new", far)

    result = publish(new, story(1))

    assert result.remotes[0].result is PushResult.PUSHED
    assert git(new.repo, "show", "main:LICENSE") == "of the host"


def test_other_project_there_is_left_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    far, good = make_bare(tmp_path / "far.git"), make_bare(tmp_path / "good.git")
    git(tmp_path, "clone", "-q", str(far), "program")
    (tmp_path / "program/main.c").write_text("int main;\n")
    git(tmp_path / "program", "add", "-A")
    git(tmp_path / "program", *AUTHOR, "commit", "-q", "-m", "x")
    git(tmp_path / "program", "push", "-q", "origin", "HEAD:main")
    theirs = tip_of(far)

    result = publish(open_copy(tmp_path / "new", far, good), story(1))

    assert result.outcome is Outcome.PARTLY_PUSHED
    assert [push.result for push in result.remotes] == [PushResult.DIVERGED, PushResult.PUSHED]
    assert "The remote 'far' holds something else than this mirror" in caplog.text
    assert tip_of(far) == theirs


def test_remote_that_is_down_does_not_keep_from_beginning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    new = open_copy(tmp_path / "new", make_bare(tmp_path / "good.git"))
    git(new.repo, "remote", "add", "down", f"https://127.0.0.1:{closed_port()}/x.git")
    both = Config.from_settings({"NEWSMIRROR_REPO": str(new.repo), "NEWSMIRROR_REMOTES": "down,good"})

    result = publish(both, story(1))

    assert result.outcome is Outcome.PARTLY_PUSHED
    assert "Whether the remote 'down' holds a mirror is not known: the remote cannot be reached" in caplog.text


def test_signal_ends_the_wait_for_a_remote_and_begins_nothing(tmp_path: Path) -> None:
    far = make_bare(tmp_path / "far.git")
    new = open_copy(tmp_path / "new", far)

    with tar_pit() as port:
        git(new.repo, "remote", "set-url", "far", f"https://127.0.0.1:{port}/far.git")
        silent = Config.from_settings({"NEWSMIRROR_REPO": str(new.repo), "NEWSMIRROR_REMOTES": "far"})
        with pytest.raises(StoppedError, match="a signal came while a remote was asked; nothing is changed"):
            Publisher(silent, SITE).open(stop=lambda: True)

    assert tip_of(new.repo) is None
    assert publish(new, story(1)).outcome is Outcome.PUBLISHED


def test_history_that_cannot_be_fetched_is_not_begun_anew(tmp_path: Path) -> None:
    far = make_bare(tmp_path / "far.git")
    publish(open_copy(tmp_path / "one", far), story(1))
    for pack in (far / "objects").rglob("*"):
        if pack.is_file():
            pack.chmod(0o644)
            pack.write_bytes(b"damaged")
    new = open_copy(tmp_path / "two", far)

    with pytest.raises(RefusedError, match=r"^the remote 'far' holds a history that cannot be fetched"):
        publish(new, story(2))

    assert tip_of(new.repo) is None
    assert list((new.repo / ".git/newsmirror/side").iterdir()) == []
