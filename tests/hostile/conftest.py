"""Servers, certificates and whole runs against them."""

import contextlib
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import pytest

from tests.conftest import clean_environment
from tests.hostile.ca import Authority
from tests.hostile.fetch import Fetcher
from tests.hostile.server import HostileServer, Trap

ROOT = Path(__file__).resolve().parents[2]
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine's own proxies are no part of a test."""
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A certificate authority of this session."""
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="session")
def fetcher() -> Iterator[Fetcher]:
    """Single requests through our handlers."""
    running = Fetcher()
    running.start()
    yield running
    running.stop()


@pytest.fixture
def hostile() -> Iterator[HostileServer]:
    """A server on loopback, plain http, that answers 404 until a test gives it behaviours."""
    with HostileServer() as running:
        yield running


@pytest.fixture
def trap() -> Iterator[Trap]:
    """A listener whose hits must stay 0."""
    with Trap() as running:
        yield running


@dataclass(frozen=True)
class Attacked:
    """How a run ended: exit code, log, peak resident memory."""

    exit_code: int
    log: str
    peak_mb: int
    repo: Path

    @property
    def last_line(self) -> str:
        """The line that says how the run ended."""
        return next((line for line in reversed(self.log.splitlines()) if "newsmirror" in line), "")

    @property
    def published(self) -> list[str]:
        """Every published file."""
        found = (path for path in self.repo.rglob("*") if path.is_file() and ".git" not in path.parts)
        return sorted(str(path.relative_to(self.repo)) for path in found)


Attack = Callable[..., Attacked]


def environment_with(changes: dict[str, str]) -> dict[str, str]:
    """The environment of a run: nothing of ours, no proxies, then *changes*."""
    kept = {name: value for name, value in clean_environment().items() if name.lower() not in PROXIES}
    return kept | {"SCRAPY_SETTINGS_MODULE": "newsmirror.settings", "PYTHONPATH": str(ROOT)} | changes


@pytest.fixture
def attack(tmp_path: Path) -> Attack:
    """Run ``scrapy crawl secretchina`` and measure it.

    *url* is the front (None: the real addresses), *settings* are given with ``-s``, *environment* is added to a
    clean one, *words* end the command line. Delays are off and a request may take two seconds, so that tests are short.
    """

    def run(
        *words: str,
        url: str | None = None,
        settings: dict[str, str] | None = None,
        environment: dict[str, str] | None = None,
    ) -> Attacked:
        repo = tmp_path / "mirror"
        given = {"NEWSMIRROR_REPO": str(repo), "NEWSMIRROR_TAGS": "", "DOWNLOAD_DELAY": "0", "DOWNLOAD_TIMEOUT": "2"}
        given |= {"NEWSMIRROR_SITE_URL": url} if url else {}
        options = [word for name, value in (given | (settings or {})).items() for word in ("-s", f"{name}={value}")]
        command = [sys.executable, "-m", "scrapy", "crawl", "secretchina", *options, *words]
        process = subprocess.Popen(
            command, cwd=tmp_path, env=environment_with(environment or {}), stderr=subprocess.PIPE, text=True
        )
        return Attacked(*_finished(process), repo)

    return run


def _finished(process: subprocess.Popen[str]) -> tuple[int, str, int]:
    """Exit code, log and peak memory in MB.

    The peak is read from the kernel's high-water mark while the process runs: what `wait4` tells begins with the
    memory of the process that started it, which may be larger.
    """
    assert process.stderr
    lines: list[str] = []
    reader = Thread(target=lambda: lines.extend(process.stderr or ()))
    reader.start()
    peak = 0
    while process.poll() is None:
        peak = max(peak, _high_water(process.pid))
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.02)
    reader.join()
    process.stderr.close()
    return process.returncode, "".join(lines), peak // 1024


def _high_water(pid: int) -> int:
    """Peak resident memory of a process in KB, 0 where it is gone."""
    with contextlib.suppress(OSError):
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
        if match := re.search(r"VmHWM:\s+(\d+)", status):
            return int(match[1])
    return 0
