"""Whole runs against a hostile server, measured."""

import contextlib
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

from tests.conftest import clean_environment

ROOT = Path(__file__).resolve().parents[2]
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


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


def environment_with(changes: dict[str, str]) -> dict[str, str]:
    """The environment of a run: nothing of ours, no proxies, then *changes*."""
    kept = {name: value for name, value in clean_environment().items() if name.lower() not in PROXIES}
    return kept | {"SCRAPY_SETTINGS_MODULE": "newsmirror.settings", "PYTHONPATH": str(ROOT)} | changes


def run_attacked(
    folder: Path,
    *words: str,
    url: str | None = None,
    settings: dict[str, str] | None = None,
    environment: dict[str, str] | None = None,
) -> Attacked:
    """Run ``scrapy crawl secretchina`` in *folder*.

    *url* is the front (None: the real addresses), *settings* are given with ``-s``, *environment* is added to a
    clean one, *words* end the command line. Delays are off and a request may take two seconds, so that tests are short.
    """
    repo = folder / "mirror"
    given = {"NEWSMIRROR_REPO": str(repo), "NEWSMIRROR_TAGS": "", "DOWNLOAD_DELAY": "0", "DOWNLOAD_TIMEOUT": "2"}
    given |= {"NEWSMIRROR_SITE_URL": url} if url else {}
    options = [word for name, value in (given | (settings or {})).items() for word in ("-s", f"{name}={value}")]
    command = [sys.executable, "-m", "scrapy", "crawl", "secretchina", *options, *words]
    process = subprocess.Popen(
        command, cwd=folder, env=environment_with(environment or {}), stderr=subprocess.PIPE, text=True
    )
    return Attacked(*_finished(process), repo)


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
        peak = max(peak, high_water(process.pid))
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.02)
    reader.join()
    process.stderr.close()
    return process.returncode, "".join(lines), peak // 1024


def high_water(pid: int | str) -> int:
    """Peak resident memory of a process (``self``: this one) in KB, 0 where it is gone."""
    with contextlib.suppress(OSError):
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
        if match := re.search(r"VmHWM:\s+(\d+)", status):
            return int(match[1])
    return 0
