"""Servers, folders and runs that tests share."""

import atexit
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import hypothesis
import pytest

from sample_site import SampleServer, SampleSite
from tests.forkserver import fork_server

Run = Callable[..., subprocess.CompletedProcess[str]]
TAGS = "教育,天气,乡村"

# The same examples in every run, however slow the machine is: what fails, fails for everybody.
hypothesis.settings.register_profile(
    "steady", derandomize=True, deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("steady")


@pytest.fixture
def server() -> Iterator[SampleServer]:
    """The sample site on loopback."""
    with SampleServer(SampleSite(date(2026, 11, 24))) as running:
        yield running


def clean_environment() -> dict[str, str]:
    """This process's environment without what could reach into a run."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("NEWSMIRROR_", "GIT_", "SCRAPY_")) and not name.lower().endswith("_proxy")
    }


def run_scrapy(*words: str, cwd: Path, fresh: bool = False) -> subprocess.CompletedProcess[str]:
    """Run a scrapy command of this project in *cwd*; warnings of Scrapy would show in stderr.

    *fresh*: in a process that is started anew, not in a fork (see forkserver.py).
    """
    environment = clean_environment() | {
        "SCRAPY_SETTINGS_MODULE": "newsmirror.settings",
        "PYTHONPATH": str(Path(__file__).resolve().parent.parent),
    }
    if not fresh:
        return fork_server().run([*words], cwd=cwd, environment=environment)
    command = [sys.executable, "-m", "scrapy", *words]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def crawl_into(
    folder: Path, url: str, *words: str, repo: Path | None = None, fresh: bool = False
) -> subprocess.CompletedProcess[str]:
    """Run `scrapy crawl secretchina` in a folder, into its `mirror` or *repo*; *words* end the command line."""
    settings = {
        "NEWSMIRROR_SITE_URL": url,
        "NEWSMIRROR_REPO": str(repo or folder / "mirror"),
        "NEWSMIRROR_TAGS": TAGS,
        "NEWSMIRROR_IMAGES": "embed",  # test_picture_run.py takes pictures along
        "DOWNLOAD_DELAY": "0",
        "RETRY_ENABLED": "0",
    }
    options = [word for name, value in settings.items() for word in ("-s", f"{name}={value}")]
    done = run_scrapy("crawl", "secretchina", *options, *words, cwd=folder, fresh=fresh)
    assert "ScrapyDeprecationWarning" not in done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    return done


@pytest.fixture
def crawl(server: SampleServer, tmp_path: Path) -> Run:
    """`crawl_into` the test's folder, from the sample site or the address *url*."""

    def run(*words: str, repo: Path | None = None, url: str | None = None) -> subprocess.CompletedProcess[str]:
        return crawl_into(tmp_path, url or server.url, *words, repo=repo)

    return run


@pytest.fixture(scope="session")
def finished_mirror(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mirror of the sample site as it stood on 18 November, pictures included. Not to be changed: see `mirror`."""
    folder = tmp_path_factory.mktemp("finished")
    settings = {
        "NEWSMIRROR_REPO": str(folder / "mirror"),
        "NEWSMIRROR_PUBLIC_URL": "https://code.example/o/r/blob/main",
        "NEWSMIRROR_TAGS": TAGS,
        "DOWNLOAD_DELAY": "0",
    }
    with SampleServer(SampleSite(date(2026, 11, 18))) as server:
        settings["NEWSMIRROR_SITE_URL"] = server.url
        options = [word for name, value in settings.items() for word in ("-s", f"{name}={value}")]
        done = run_scrapy("crawl", "secretchina", *options, cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder / "mirror"


@pytest.fixture
def mirror(finished_mirror: Path, tmp_path: Path) -> Path:
    """A copy of the finished mirror where `crawl` expects one."""
    return Path(shutil.copytree(finished_mirror, tmp_path / "mirror", symlinks=True))


def wait_until(happens: Callable[[], object], process: subprocess.Popen[str]) -> None:
    """Wait for something that a running process is to do; looks now and then, so that it gets at it."""
    while not happens():
        assert process.poll() is None
        time.sleep(0.02)


def git(repo: Path, *words: str) -> str:
    """What git says, run as an operator would."""
    done = subprocess.run(["git", "-C", str(repo), *words], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def closed_port() -> int:
    """A port where nobody listens, also for a server that has to be told its port before it starts."""
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # such a server can bind it beside the holder
    holder.bind(("127.0.0.1", 0))
    atexit.register(holder.close)  # until then nobody is given this port who lets the system choose one
    return int(holder.getsockname()[1])
