"""The pushes of a run: every remote for itself, each asked afterwards."""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from newsmirror.config import Config
from newsmirror.git import Repository
from newsmirror.outcome import Outcome, PushResult
from newsmirror.push import Pusher
from newsmirror.status import Result
from tests.conftest import closed_port, git
from tests.githost import make_bare, none_left, set_hook, tar_pit, tip_of
from tests.test_publish import READ, publish, story

Configure = Callable[..., Config]


@pytest.fixture
def configure(tmp_path: Path) -> Configure:
    """A working copy with these remotes, by name, and the configuration that pushes to all of them."""

    def configure(folder: str = "mirror", *, patience: float = 5, **remotes: str | Path) -> Config:
        repo = tmp_path / folder
        if not repo.exists():
            git(tmp_path, "init", "-q", "-b", "main", str(repo))
        for name, address in remotes.items():
            git(repo, "config", f"remote.{name}.url", str(address))
        return Config.from_settings({
            "NEWSMIRROR_REPO": str(repo), "NEWSMIRROR_REMOTES": ",".join(remotes), "NEWSMIRROR_PUSH_TIMEOUT": patience,
        })  # fmt: skip

    return configure


def results(result: Result) -> dict[str, PushResult]:
    return {push.name: push.result for push in result.remotes}


def notes(config: Config) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads((config.repo / ".git/newsmirror/remotes.json").read_text())
    return found


def test_commit_reaches_every_remote(configure: Configure, tmp_path: Path) -> None:
    far = [make_bare(tmp_path / f"{name}.git") for name in "ab"]
    config = configure(a=far[0], b=far[1])

    result = publish(config, story(1))

    assert result.outcome is Outcome.PUBLISHED
    assert results(result) == {"a": PushResult.PUSHED, "b": PushResult.PUSHED}
    assert tip_of(far[0]) == tip_of(far[1]) == result.commit
    assert {push.confirmed for push in result.remotes} == {result.commit}
    assert [git(repo, "fsck", "--strict") for repo in far] == ["", ""]


def test_nothing_new_pushes_nothing_and_asks(configure: Configure, tmp_path: Path) -> None:
    config = configure(a=make_bare(tmp_path / "a.git", pre_receive="exit 1"))
    set_hook(tmp_path / "a.git", "pre-receive", "exit 0")
    publish(config, story(1))
    set_hook(tmp_path / "a.git", "pre-receive", "exit 1")

    result = publish(config)

    assert (result.outcome, results(result)) == (Outcome.NOTHING_NEW, {"a": PushResult.CURRENT})


def test_commit_of_an_earlier_run_is_pushed_when_nothing_is_new(configure: Configure, tmp_path: Path) -> None:
    far = make_bare(tmp_path / "a.git", pre_receive="exit 1")
    config = configure(a=far)
    first = publish(config, story(1))
    set_hook(far, "pre-receive", "exit 0")

    second = publish(config)

    assert (first.outcome, results(first)) == (Outcome.NOT_PUSHED, {"a": PushResult.REJECTED})
    assert (second.outcome, results(second)) == (Outcome.NOTHING_NEW, {"a": PushResult.PUSHED})
    assert tip_of(far) == first.commit


def test_remote_that_lost_the_commit_gets_it_again(configure: Configure, tmp_path: Path) -> None:
    far = make_bare(tmp_path / "a.git")
    config = configure(a=far)
    first, second = publish(config, story(1)), publish(config, story(2))
    assert first.commit
    git(far, "update-ref", "refs/heads/main", first.commit)

    result = publish(config)

    assert (result.outcome, results(result)) == (Outcome.NOTHING_NEW, {"a": PushResult.PUSHED})
    assert tip_of(far) == second.commit


def test_bad_remotes_do_not_stop_the_good_one(configure: Configure, tmp_path: Path) -> None:
    far = {name: make_bare(tmp_path / f"{name}.git") for name in ("good", "rejecting", "sleeping", "lying")}
    set_hook(far["rejecting"], "pre-receive", "echo 'no more' >&2; exit 1")
    set_hook(far["sleeping"], "pre-receive", "sleep 600.5")
    set_hook(far["lying"], "post-receive", "git update-ref -d refs/heads/main")
    with tar_pit() as port:
        config = configure(
            patience=3, silent=f"https://127.0.0.1:{port}/x.git", down=f"https://127.0.0.1:{closed_port()}/x.git", **far
        )
        start = time.monotonic()

        result = publish(config, story(1))

    assert result.outcome is Outcome.PARTLY_PUSHED
    assert results(result) == {
        "silent": PushResult.SILENT,
        "down": PushResult.UNREACHABLE,
        "good": PushResult.PUSHED,
        "rejecting": PushResult.REJECTED,
        "sleeping": PushResult.SILENT,
        "lying": PushResult.UNCONFIRMED,
    }
    assert time.monotonic() - start < 60
    assert none_left("600.5", f"127.0.0.1:{port}")
    assert tip_of(far["good"]) == result.commit
    assert [name for name, note in notes(config).items() if note["commit"]] == ["good"]


def test_rejection_is_told_in_log_and_status(
    configure: Configure, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    config = configure(a=make_bare(tmp_path / "a.git", pre_receive="echo 'disk quota exceeded' >&2; exit 1"))

    publish(config, story(1))

    status = json.loads((config.repo / ".git/newsmirror/status.json").read_text())
    sentence = status["remotes"]["a"]["sentence"]
    assert status["outcome"] == "not_pushed"
    assert sentence == (
        "the remote does not take the commit ([remote rejected] (pre-receive hook declined) disk quota exceeded)"
    )
    assert f"Not pushed to a: {sentence}" in caplog.text
    assert str(tmp_path) not in caplog.text + json.dumps(status)


def test_status_names_the_last_confirmed_commit(configure: Configure, tmp_path: Path) -> None:
    far = make_bare(tmp_path / "a.git")
    config = configure(a=far)
    first = publish(config, story(1))
    set_hook(far, "pre-receive", "exit 1")
    publish(config, story(2))

    status = json.loads((config.repo / ".git/newsmirror/status.json").read_text())

    assert status["remotes"]["a"]["result"] == "rejected"
    assert status["remotes"]["a"]["commit"] == first.commit
    assert status["remotes"]["a"]["confirmed"] == "2026-11-24T08:00:00Z"


def test_confirmation_counts_at_one_address_only(configure: Configure, tmp_path: Path) -> None:
    config = configure(a=make_bare(tmp_path / "a.git"))
    publish(config, story(1))
    make_bare(tmp_path / "new.git", pre_receive="exit 1")

    result = publish(configure(a=tmp_path / "new.git"))

    assert result.remotes[0].confirmed is None


@pytest.mark.parametrize("damage", [b"{", b'{"a": {"commit": 3}}', b"\xff\xfe\0"])
def test_damaged_notes_are_forgotten(configure: Configure, tmp_path: Path, damage: bytes) -> None:
    config = configure(a=make_bare(tmp_path / "a.git"))
    publish(config, story(1))
    (config.repo / ".git/newsmirror/remotes.json").write_bytes(damage)

    assert results(publish(config)) == {"a": PushResult.CURRENT}


def test_backlog_goes_in_steps(configure: Configure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    far = make_bare(tmp_path / "a.git", post_receive="git rev-list --count main >>count")
    config = configure()
    for number in range(1, 6):
        publish(config, story(number))
    monkeypatch.setattr("newsmirror.confirmations.STEP", 1)

    result = publish(configure(a=far))

    assert results(result) == {"a": PushResult.PUSHED}
    assert (far / "count").read_text().split() == ["1", "2", "3", "4", "5"]


def test_steps_done_before_a_failure_are_confirmed(
    configure: Configure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    far = make_bare(tmp_path / "a.git", pre_receive="read old new ref; test $(git rev-list --count $new) -lt 4")
    config = configure()
    commits = [publish(config, story(number)).commit for number in range(1, 6)]
    monkeypatch.setattr("newsmirror.confirmations.STEP", 1)

    result = publish(configure(a=far))
    set_hook(far, "pre-receive", "exit 0")
    later = publish(configure(a=far))

    assert (results(result), result.remotes[0].confirmed) == ({"a": PushResult.REJECTED}, commits[2])
    assert (results(later), tip_of(far)) == ({"a": PushResult.PUSHED}, commits[4])


def test_silent_push_makes_the_next_step_smaller(configure: Configure, tmp_path: Path) -> None:
    config = configure(patience=1, a=make_bare(tmp_path / "a.git", pre_receive="sleep 600.75"))

    publish(config, story(1))

    assert notes(config)["a"]["step"] == 32 * 1024 * 1024


def test_unrelated_history_is_left_alone(configure: Configure, tmp_path: Path) -> None:
    far = make_bare(tmp_path / "a.git")
    other = configure("other", a=far)
    publish(configure(), story(1))
    theirs = publish(other, story(9)).commit

    result = publish(configure(a=far), story(2))

    assert (result.outcome, results(result)) == (Outcome.NOT_PUSHED, {"a": PushResult.DIVERGED})
    assert "shares no commit" in result.remotes[0].words
    assert tip_of(far) == theirs


def test_rewritten_history_is_left_alone(configure: Configure, tmp_path: Path) -> None:
    far = make_bare(tmp_path / "a.git")
    config = configure(a=far)
    publish(config, story(1))
    publish(config, story(2))
    git(tmp_path, "clone", "-q", str(far), "editor")
    git(tmp_path / "editor", "reset", "-q", "--hard", "HEAD~1")
    git(tmp_path / "editor", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "x")
    git(tmp_path / "editor", "push", "-q", "--force")
    theirs = tip_of(far)

    result = publish(config, story(3))

    assert results(result) == {"a": PushResult.DIVERGED}
    assert "its history was rewritten" in result.remotes[0].words
    assert tip_of(far) == theirs


def test_signal_stops_the_waiting(configure: Configure, tmp_path: Path) -> None:
    config = configure(a=make_bare(tmp_path / "a.git", pre_receive="sleep 600.875"))
    publish(replace(config, pushing=replace(config.pushing, remotes=())), story(1))
    pushes = Pusher(Repository(config.repo, "main"), config.pushing, stop=lambda: True).run()

    assert [push.result for push in pushes] == [PushResult.STOPPED]
    assert none_left("600.875")


def test_without_a_commit_nothing_is_asked(configure: Configure) -> None:
    config = configure(a=f"https://127.0.0.1:{closed_port()}/x.git")

    assert publish(config, report=READ).remotes == ()


def test_no_folder_is_left_behind(configure: Configure, tmp_path: Path) -> None:
    config = configure(a=make_bare(tmp_path / "a.git"))

    publish(config, story(1))

    assert list((config.repo / ".git/newsmirror/side").iterdir()) == []
    assert datetime.fromisoformat(notes(config)["a"]["at"]).tzinfo == UTC
