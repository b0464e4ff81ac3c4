"""When a run waits and when it stops asking. Rows D12, D18 to D20, D22, D23."""

import json
import signal
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsmirror import __version__
from newsmirror.outcome import Outcome
from tests.conftest import wait_until
from tests.hostile import behaviours
from tests.hostile.fetch import Fetcher, Run
from tests.hostile.measured import environment_with
from tests.hostile.server import Behaviour, HostileServer, Talk

FEED, LIST = "/news/gb/p1.xml", "/news/gb/p1.html"
ARTICLE = "/news/gb/2026/11/23/1106001.html"
LINKS = "".join(f'<a href="/news/gb/2026/11/23/{1106001 + number}.html">one</a>' for number in range(40)).encode()
PAGE = b"<html><body>" + LINKS + b"</body></html>"


def crawl(fetcher: Fetcher, hostile: HostileServer, tmp_path: Path, **arguments: str) -> Run:
    """A run; where nobody ever answers, a tenth of a second is long enough to see it."""
    silent, answers = behaviours.silent in hostile.behaviours.values(), LIST in hostile.behaviours
    limit = (0.3 if answers else 0.1) if silent else 30
    settings = {"RETRY_TIMES": 2, "DOWNLOAD_TIMEOUT": limit}
    return fetcher.crawl(tmp_path / "mirror", hostile.url, settings=settings, **arguments)


def pauses(tmp_path: Path) -> list[tuple[str, datetime, int]]:
    """The pauses that the state holds."""
    with sqlite3.connect(tmp_path / "mirror/.git/newsmirror/state.sqlite") as db:
        rows = db.execute("SELECT host, until, runs FROM pauses").fetchall()
    db.close()
    return [(host, datetime.fromisoformat(until), runs) for host, until, runs in rows]


def minutes_left(until: datetime) -> float:
    return (until - datetime.now(UTC)) / timedelta(minutes=1)


# Retry-After


@pytest.mark.parametrize("status", [429, 503])
def test_short_wait_is_kept_and_the_list_is_read(
    fetcher: Fetcher, hostile: HostileServer, tmp_path: Path, status: int
) -> None:
    hostile.behaviours[LIST] = behaviours.in_turn(
        behaviours.busy(status=status, retry_after="1"), behaviours.answer(b"<html>" + LINKS[:60] + b"</html>")
    )

    run = crawl(fetcher, hostile, tmp_path, category="p1")

    first, second = (request.at for request in hostile.requests if request.target == LIST)
    assert second - first >= 0.9
    assert run.count("lists/read") == 1
    assert pauses(tmp_path) == []


def test_wait_ends_with_the_run(hostile: HostileServer, tmp_path: Path) -> None:
    hostile.behaviours |= {"*": behaviours.busy(retry_after="50"), "/robots.txt": behaviours.robots("")}
    environment = environment_with({"NEWSMIRROR_REPO": str(tmp_path / "mirror"), "NEWSMIRROR_SITE_URL": hostile.url})
    command = [sys.executable, "-m", "scrapy", "crawl", "secretchina", "-s", "DOWNLOAD_DELAY=0"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        wait_until(lambda: len(hostile.targets) >= 2, process)
        process.send_signal(signal.SIGINT)
        log = process.communicate(timeout=45)[1]  # less than it was told to wait

    assert "Traceback" not in log
    assert process.returncode in {Outcome.LIMITED.exit_code, Outcome.INTERRUPTED.exit_code}, log
    assert len(hostile.targets) == 2


@pytest.mark.parametrize(
    ("header", "minutes"), [("3600", 60), ("31536000", 24 * 60), ("Fri, 01 Jan 2100 00:00:00 GMT", 24 * 60)]
)
def test_long_wait_ends_the_run_at_once(
    fetcher: Fetcher, hostile: HostileServer, tmp_path: Path, header: str, minutes: int
) -> None:
    hostile.behaviours["*"] = behaviours.busy(retry_after=header)
    hostile.behaviours["/robots.txt"] = behaviours.robots("")

    run = crawl(fetcher, hostile, tmp_path)

    assert run.outcome is Outcome.LIMITED
    assert len(hostile.targets) == 2
    assert minutes - 1 < minutes_left(pauses(tmp_path)[0][1]) <= minutes


@pytest.mark.parametrize("header", [None, "-5", "soon", "0"])
def test_nobody_is_hammered_who_does_not_say_how_long(
    fetcher: Fetcher, hostile: HostileServer, tmp_path: Path, header: str | None
) -> None:
    hostile.behaviours["*"] = behaviours.busy(retry_after=header)
    hostile.behaviours["/robots.txt"] = behaviours.robots("")

    run = crawl(fetcher, hostile, tmp_path)

    assert run.outcome is Outcome.LIMITED
    assert len(hostile.targets) == 6
    until = pauses(tmp_path)[0][1]
    assert 14 < minutes_left(until) <= 15
    assert sentence(tmp_path) == (
        f"www.secretchina.com answers with status 503 and is left alone until {until:%Y-%m-%d %H:%M} UTC"
    )


def sentence(folder: Path) -> str:
    """What status.json says of the last run; the front's own address stands nowhere in it."""
    text = (folder / "mirror/.git/newsmirror/status.json").read_text(encoding="utf-8")
    assert "127.0.0.1" not in text
    return str(json.loads(text)["sentence"])


# Between runs


def test_next_run_asks_nothing_before_the_pause_is_over(
    fetcher: Fetcher, hostile: HostileServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    hostile.behaviours["*"] = behaviours.busy(status=429)
    crawl(fetcher, hostile, tmp_path)
    hostile.requests.clear()
    caplog.clear()

    run = crawl(fetcher, hostile, tmp_path)

    assert run.outcome is Outcome.LIMITED
    assert hostile.requests == []
    until = pauses(tmp_path)[0][1]
    assert f"the source is left alone until {until:%Y-%m-%d %H:%M} UTC" in caplog.text
    assert sentence(tmp_path) == (
        f"www.secretchina.com turned an earlier run away and is left alone until {until:%Y-%m-%d %H:%M} UTC"
    )


def test_pause_grows_until_the_source_answers(fetcher: Fetcher, hostile: HostileServer, tmp_path: Path) -> None:
    hostile.behaviours["*"] = behaviours.busy(status=403)
    for expected in (15, 30):
        crawl(fetcher, hostile, tmp_path)
        assert expected - 1 < minutes_left(pauses(tmp_path)[0][1]) <= expected
        end_pause_early(tmp_path)
    hostile.behaviours["*"] = behaviours.answer(PAGE)

    crawl(fetcher, hostile, tmp_path, category="p1")

    assert pauses(tmp_path) == []


def end_pause_early(tmp_path: Path) -> None:
    """As if the time of the pause had gone by."""
    with sqlite3.connect(tmp_path / "mirror/.git/newsmirror/state.sqlite") as db:
        db.execute("UPDATE pauses SET until = '2026-01-01T00:00:00+00:00'")
    db.close()


# Dead runs


@pytest.mark.parametrize(
    ("behaviour", "outcome", "most"),
    [
        (behaviours.busy(status=403), Outcome.LIMITED, 6),
        (behaviours.busy(status=429), Outcome.LIMITED, 6),
        (behaviours.busy(status=503), Outcome.LIMITED, 6),
        (behaviours.busy(status=500), Outcome.UNREACHABLE, 18),
        (behaviours.busy(status=502), Outcome.UNREACHABLE, 18),
        (behaviours.silent, Outcome.UNREACHABLE, 18),
        (behaviours.raw(b""), Outcome.UNREACHABLE, 18),
        (behaviours.redirect_loop, Outcome.UNREACHABLE, 16),
        (behaviours.cut(PAGE, share=0.5, framing="close"), Outcome.UNREACHABLE, 60),
        (behaviours.cut(PAGE, share=0.5, framing="length"), Outcome.UNREACHABLE, 18),
        (behaviours.busy(status=404), Outcome.UNREACHABLE, 60),
    ],
    ids=["403", "429", "503", "500", "502", "silent", "nothing", "redirect loop", "cut", "cut short", "404"],
)
def test_dead_run_is_short(
    fetcher: Fetcher, hostile: HostileServer, tmp_path: Path, behaviour: Behaviour, outcome: Outcome, most: int
) -> None:
    hostile.behaviours |= {"*": behaviour, "/robots.txt": behaviours.robots("")}

    run = crawl(fetcher, hostile, tmp_path)

    assert run.outcome is outcome
    assert len(hostile.targets) <= most


def test_source_that_dies_among_the_articles_is_left_and_they_wait(
    fetcher: Fetcher, hostile: HostileServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    hostile.behaviours |= {LIST: behaviours.answer(PAGE), "*": behaviours.silent, "/robots.txt": behaviours.robots("")}

    run = crawl(fetcher, hostile, tmp_path, category="p1")

    articles = [target for target in hostile.targets if "1106" in target]
    assert len(articles) <= 15
    assert run.count("articles/unreachable") == 40
    with sqlite3.connect(tmp_path / "mirror/.git/newsmirror/state.sqlite") as db:
        assert db.execute("SELECT COUNT(*) FROM pending").fetchone() == (40,)
        assert db.execute("SELECT COUNT(*) FROM failures").fetchone()[0] <= 5
    db.close()
    assert caplog.text.count("Not published") <= 5


def test_limit_among_the_articles_is_an_outcome(fetcher: Fetcher, hostile: HostileServer, tmp_path: Path) -> None:
    hostile.behaviours |= {LIST: behaviours.answer(PAGE), "*": behaviours.busy(), "/robots.txt": behaviours.robots("")}

    assert crawl(fetcher, hostile, tmp_path, category="p1").outcome is Outcome.LIMITED


# Cut pages, cookies, names


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_page_without_length_and_end_is_tried_again_and_not_taken(
    fetcher: Fetcher, hostile: HostileServer, tmp_path: Path, caplog: pytest.LogCaptureFixture, share: float
) -> None:
    hostile.behaviours[LIST] = behaviours.cut(PAGE, share=share, framing="close")

    run = crawl(fetcher, hostile, tmp_path, category="p1")

    assert hostile.targets.count(LIST) == 3
    assert run.count("lists/read") == 0
    assert "could not be used (the answer was cut): /news/gb/p1.html" in caplog.text


def test_page_without_length_but_with_its_end_is_taken(
    fetcher: Fetcher, hostile: HostileServer, tmp_path: Path
) -> None:
    hostile.behaviours[LIST] = behaviours.cut(PAGE + b"\n<!-- cached -->\n", share=1, framing="close")

    assert crawl(fetcher, hostile, tmp_path, category="p1").count("lists/read") == 1


def test_source_learns_a_name_and_a_version_and_nothing_else(
    fetcher: Fetcher, hostile: HostileServer, tmp_path: Path
) -> None:
    hostile.behaviours |= {LIST: behaviours.cookies(PAGE), "*": behaviours.cookies(PAGE)}

    crawl(fetcher, hostile, tmp_path, category="p1")

    assert len(hostile.requests) > 10
    assert {request.headers["user-agent"] for request in hostile.requests} == {f"newsmirror/{__version__}"}
    known = {"host", "user-agent", "accept", "accept-language", "accept-encoding", "connection"}
    assert set().union(*(request.headers for request in hostile.requests)) <= known


def test_articles_are_asked_for_without_parameters(fetcher: Fetcher, hostile: HostileServer, tmp_path: Path) -> None:
    asked: list[str] = []

    def note(talk: Talk) -> None:
        asked.append(talk.request.target)
        behaviours.answer(PAGE)(talk)

    hostile.behaviours |= {LIST: behaviours.answer(PAGE), "*": note}

    crawl(fetcher, hostile, tmp_path, category="p1", limit="1")

    assert [target for target in asked if "1106" in target] == [ARTICLE.replace("1106001", "1106040")]
