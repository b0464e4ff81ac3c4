"""What an operator is told of, and when."""

import json
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from newsmirror.alarms import AlarmRules, find_causes, read_rules
from newsmirror.exceptions import ConfigError
from newsmirror.notify import check_alarms, send
from tests.conftest import closed_port

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
RULES = AlarmRules(to=("json://127.0.0.1:1/",))


def run(hours_ago: float, outcome: str = "published", **more: Any) -> dict[str, Any]:
    finished = f"{NOW - timedelta(hours=hours_ago):%Y-%m-%dT%H:%M:%SZ}"
    return {"outcome": outcome, "sentence": f"it was {outcome}", "finished": finished, "new": 1, **more}


def test_failed_run_is_a_cause_until_one_succeeds() -> None:
    assert find_causes([run(2), run(1, "suspicious")], RULES, now=NOW) == {
        "failed": "the last run ended suspicious: it was suspicious"
    }
    assert find_causes([run(2, "suspicious"), run(1)], RULES, now=NOW) == {}


@pytest.mark.parametrize("outcome", ["interrupted", "partly_pushed", "not_pushed", "nothing_new"])
def test_mild_ends_are_no_failure(outcome: str) -> None:
    assert find_causes([run(1, outcome)], RULES, now=NOW) == {}


def test_busy_run_does_not_end_a_failure() -> None:
    assert "failed" in find_causes([run(2, "unreachable"), run(1, "busy")], RULES, now=NOW)


def test_failures_in_a_row_can_be_asked_for() -> None:
    rules = AlarmRules(to=RULES.to, failed_runs=2)

    assert find_causes([run(3), run(1, "unreachable")], rules, now=NOW) == {}
    assert "2 runs failed" in find_causes([run(2, "unreachable"), run(1, "limited")], rules, now=NOW)["failed"]


def test_nothing_new_for_too_long() -> None:
    runs = [run(50), run(49, "nothing_new", new=0), run(1, "nothing_new", new=0)]

    assert find_causes(runs, RULES, now=NOW) == {"nothing_new": "nothing new for 2 days"}
    assert find_causes(runs, AlarmRules(to=RULES.to, nothing_new_hours=0), now=NOW) == {}


def test_remote_that_was_not_reached_for_too_long() -> None:
    up, down = {"result": "pushed"}, {"result": "timeout"}
    runs = [
        run(30, remotes={"github": up, "old": down}),
        run(29, remotes={"github": down}),
        run(1, remotes={"github": down}),
    ]

    assert find_causes(runs, RULES, now=NOW) == {"remote github": "the remote github was not reached for 30 hours"}
    assert find_causes([*runs, run(0.5, remotes={"github": up})], RULES, now=NOW) == {}


def test_share_of_a_day_in_quarantine() -> None:
    assert find_causes([run(2, new=8, quarantined=2)], RULES, now=NOW) == {
        "quarantine": "2 of 10 articles of a day went to quarantine"
    }
    assert find_causes([run(2, new=9, quarantined=2)], RULES, now=NOW) == {}
    assert find_causes([run(2, new=1, quarantined=1)], RULES, now=NOW) == {}, "two articles are no share"


def test_size_of_the_repository() -> None:
    runs = [run(2, packed_bytes=4_100_000_000), run(1)]

    assert find_causes(runs, RULES, now=NOW) == {"size": "the repository has 4.1 GB, over 4.0 GB"}


def test_no_run_is_no_cause() -> None:
    assert find_causes([], RULES, now=NOW) == {}


# The file


def write(file: Path, text: str) -> Path:
    file.write_text(text, encoding="utf-8")
    file.chmod(0o600)
    return file


def test_file_is_read(tmp_path: Path) -> None:
    file = write(tmp_path / "alarms.toml", 'to = ["sendmail:ops@example.org", "tgram://123:abc/456"]\nsize_mb = 0\n')

    assert read_rules(file) == AlarmRules(to=("sendmail:ops@example.org", "tgram://123:abc/456"), size_mb=0)


def test_example_is_valid(tmp_path: Path) -> None:
    example = Path(__file__).resolve().parent.parent / "deploy" / "alarms.example.toml"

    assert read_rules(write(tmp_path / "a.toml", example.read_text())) == AlarmRules(to=("sendmail:ops@example.org",))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("to = []", "'to' must be a list of addresses"),
        ("size_mb = 1", "'to' must be a list of addresses"),
        ('to = ["ops@example.org"]', "address 1 of 'to' is neither"),
        ('to = ["sendmail:-oops@example.org"]', "address 1 of 'to' is neither"),
        ('to = ["json://h/"]\nsize = 3', "unknown name 'size'"),
        ('to = ["json://h/"]\nsize_mb = -3', "'size_mb' must be a whole number"),
        ('to = ["json://h/"]\nsize_mb = true', "'size_mb' must be a whole number"),
        ("to = [", "is no TOML"),
    ],
)
def test_bad_file_is_refused_with_a_sentence(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ConfigError, match="NEWSMIRROR_ALARMS") as caught:
        read_rules(write(tmp_path / "alarms.toml", text))

    assert words in str(caught.value)


def test_secret_of_a_bad_address_is_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read_rules(write(tmp_path / "alarms.toml", 'to = ["canary-token example"]'))

    assert "canary" not in str(caught.value)


def test_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path / "alarms.toml", 'to = ["json://h/"]')
    file.chmod(stat.S_IRUSR | stat.S_IRGRP)

    with pytest.raises(ConfigError, match="chmod 600"):
        read_rules(file)


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_rules(tmp_path / "none.toml")


# Sending


class Sink:
    """A webhook and a mail server on loopback that keep what they get."""

    def __init__(self) -> None:
        self.posts: list[dict[str, Any]] = []
        self.mails: list[bytes] = []
        posts = self.posts

        class Hook(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                posts.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *words: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
        self._thread = Thread(target=self._server.serve_forever)
        self._thread.start()
        self._port = closed_port()  # the controller knocks at its own port, so it has to know it
        self._mail = Controller(self, hostname="127.0.0.1", port=self._port)
        self._mail.start()

    async def handle_DATA(  # noqa: N802  # aiosmtpd calls it so
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        self.mails.append(envelope.content)
        return "250 OK"

    @property
    def hook(self) -> str:
        return f"json://127.0.0.1:{self._server.server_port}/"

    @property
    def mail(self) -> str:
        return f"mailto://127.0.0.1:{self._port}?from=mirror@example.invalid&to=ops@example.org&mode=insecure"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._mail.stop()


@pytest.fixture
def sink() -> Iterator[Sink]:
    running = Sink()
    yield running
    running.close()


def test_one_message_a_cause_and_one_when_it_is_over(sink: Sink, tmp_path: Path) -> None:
    rules = AlarmRules(to=(sink.hook, sink.mail))
    failed, well = [run(1, "suspicious")], [run(1, "suspicious"), run(0)]

    for runs in (failed, failed, well, well):
        check_alarms(tmp_path, runs, rules, now=NOW)

    assert [post["title"] for post in sink.posts] == ["newsmirror: failed", "newsmirror: over: failed"]
    assert sink.posts[0]["message"] == "the last run ended suspicious: it was suspicious."
    assert len(sink.mails) == 2
    assert b"Subject: newsmirror: failed" in sink.mails[0]


def test_message_that_nobody_took_is_tried_again(sink: Sink, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    dead = AlarmRules(to=("json://127.0.0.1:1/",))

    check_alarms(tmp_path, [run(1, "suspicious")], dead, now=NOW)
    check_alarms(tmp_path, [run(1, "suspicious")], AlarmRules(to=(sink.hook,)), now=NOW)

    assert "Address 1 of the alarms did not take a message" in caplog.text
    assert "127.0.0.1" not in caplog.text
    assert len(sink.posts) == 1


def test_mail_program_of_the_machine_gets_the_mail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "sendmail"
    program.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/words\ncat > {tmp_path}/mail\n')
    program.chmod(0o755)
    monkeypatch.setattr("newsmirror.notify.PROGRAMS", str(tmp_path))

    assert send(("sendmail:ops@example.org",), "newsmirror: 失败", "一句话。")

    assert (tmp_path / "words").read_text() == "-t -i\n"
    assert "To: ops@example.org" in (tmp_path / "mail").read_text()


def test_machine_without_a_mail_program_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("newsmirror.notify.PROGRAMS", str(tmp_path))

    assert not send(("sendmail:ops@example.org",), "t", "x")
