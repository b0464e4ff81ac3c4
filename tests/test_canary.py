"""A token that an operator logs in with shows nowhere: not in logs, files, commits, nor in the list of processes."""

import re
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from sample_site import SampleServer
from tests.conftest import Run, git
from tests.githost import GitHost, make_bare, processes_with, tip_of

TOKEN = "canary7Token0fThe0perator"


class Watch:
    """Looks at all processes again and again, for command lines and environments with the token."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.rounds = 0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._end.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._end.is_set():
            self.seen += processes_with(TOKEN)
            self.rounds += 1


@pytest.fixture
def host(tmp_path: Path) -> Iterator[GitHost]:
    git(make_bare(tmp_path / "hosted/news.git", pre_receive="sleep 0.3"), "config", "http.receivepack", "true")
    with GitHost(tmp_path / "hosted", login=("mirror", TOKEN)) as host:
        yield host


@pytest.fixture
def push(crawl: Run, host: GitHost, tmp_path: Path) -> Run:
    """A run at the highest log level that pushes to the host with the token of a file."""
    credentials = tmp_path / "credentials"
    credentials.write_text(f"http://mirror:{TOKEN}@127.0.0.1:{host.port}\n")
    credentials.chmod(0o600)
    git(tmp_path, "init", "-q", "-b", "main", "mirror")
    git(tmp_path / "mirror", "remote", "add", "host", f"{host.url}/news.git")

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        options = {
            "NEWSMIRROR_REMOTES": "host", "NEWSMIRROR_CREDENTIALS": str(credentials), "LOG_LEVEL": "DEBUG",
            "STATS_DUMP": "1", "NEWSMIRROR_PUSH_TIMEOUT": "5",
        }  # fmt: skip
        settings = [word for name, value in options.items() for word in ("-s", f"{name}={value}")]
        return crawl("-a", "category=p1", "-a", "limit=2", *settings, *words)

    return run


def kept(repo: Path) -> bytes:
    """All that a run leaves: every file of the working copy, its state, and every object of git."""
    files = b"".join(path.read_bytes() for path in sorted(repo.rglob("*")) if path.is_file())
    command = ["git", "-C", str(repo), "cat-file", "--batch-all-objects", "--batch"]
    return files + subprocess.run(command, capture_output=True, check=True).stdout


def test_push_with_a_token_shows_it_nowhere(push: Run, host: GitHost, tmp_path: Path) -> None:
    with Watch() as watch:
        done = push()

    assert done.returncode == 0, done.stderr
    assert "; pushed host" in done.stderr
    assert tip_of(tmp_path / "hosted/news.git") == tip_of(tmp_path / "mirror")
    assert len([given for given in host.seen if given]) >= 3
    assert watch.rounds > 20
    assert watch.seen == []
    assert TOKEN not in done.stderr + done.stdout
    assert TOKEN.encode() not in kept(tmp_path / "mirror")


@pytest.mark.parametrize(
    ("status", "result"), [(401, "denied"), pytest.param(302, "unreachable", marks=pytest.mark.slow)]
)
def test_refusal_shows_no_token(push: Run, host: GitHost, tmp_path: Path, status: int, result: str) -> None:
    host.status, host.location = status, f"http://mirror:{TOKEN}@127.0.0.1:1/"

    done = push()

    assert done.returncode == 31, done.stderr
    assert f"not pushed host ({result})" in done.stderr
    assert TOKEN not in done.stderr + done.stdout
    assert TOKEN.encode() not in kept(tmp_path / "mirror")


@pytest.mark.parametrize(
    "address", [f"https://{TOKEN}@127.0.0.1:1/x.git", f"https://u:{TOKEN}@127.0.0.1:1/x.git"], ids=["user", "password"]
)
def test_token_in_an_address_is_refused_before_the_first_request(
    push: Run, server: SampleServer, tmp_path: Path, address: str
) -> None:
    file = tmp_path / "mirror/.git/config"  # not by git, whose command line the other tests would see
    file.write_text(re.sub("url = .*", f"url = {address}", file.read_text()))

    with Watch() as watch:
        done = push()

    assert done.returncode == 2
    assert "newsmirror: NEWSMIRROR_REMOTES names 'host', which has a user name, password or token" in done.stderr
    assert server.requests == []
    assert watch.seen == []
    assert TOKEN not in done.stderr + done.stdout
