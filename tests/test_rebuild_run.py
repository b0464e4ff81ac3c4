"""Whole rebuilds: of real articles, and with signals. Slow: `make crash` runs them; kills are swept by benchmarks."""

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import TAGS, clean_environment, git, run_scrapy

pytestmark = pytest.mark.crash
PROJECT = Path(__file__).resolve().parent.parent
REPLICA = PROJECT / "../shared/bin/replica.py"
OLD = {"NEWSMIRROR_PUBLIC_URL": "https://old.example/o"}
NEW = {
    "NEWSMIRROR_PUBLIC_URL": "https://new.example/n", "NEWSMIRROR_SCRIPT": "traditional", "NEWSMIRROR_TAGS": "习近平",
    "NEWSMIRROR_COUNTER_URL": "https://count.example/{path}",
}  # fmt: skip


def options(repo: Path, settings: dict[str, str]) -> list[str]:
    chosen = settings | {"NEWSMIRROR_REPO": str(repo), "DOWNLOAD_DELAY": "0", "RETRY_ENABLED": "0"}
    return [word for name, value in chosen.items() for word in ("-s", f"{name}={value}")]


@contextmanager
def replica() -> Iterator[str]:
    """The source's real articles on loopback."""
    with subprocess.Popen([sys.executable, str(REPLICA), "--port", "0"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield process.stdout.readline().split()[0].rstrip("/")
        process.kill()


@pytest.mark.skipif(not REPLICA.exists(), reason="the corpus is not beside the project")
@pytest.mark.timeout(1200)
def test_rebuilt_mirror_of_real_articles_is_what_a_fresh_crawl_makes(tmp_path: Path) -> None:
    rebuilt, fresh = tmp_path / "rebuilt", tmp_path / "fresh"
    with replica() as url:
        for repo, settings in ((rebuilt, OLD), (fresh, NEW)):
            words = options(repo, settings | {"NEWSMIRROR_SITE_URL": url})
            done = run_scrapy("crawl", "secretchina", *words, cwd=tmp_path)
            assert done.returncode == 0, done.stderr

    again = run_scrapy("rebuild", *options(rebuilt, OLD), cwd=tmp_path)
    moved = run_scrapy("rebuild", *options(rebuilt, NEW), cwd=tmp_path)

    assert "nothing_new nothing differs" in again.stderr
    assert moved.returncode == 0, moved.stderr
    assert git(rebuilt, "rev-parse", "main^{tree}") == git(fresh, "rev-parse", "main^{tree}")
    assert git(rebuilt, "status", "--porcelain") == git(rebuilt, "fsck", "--strict", "--no-dangling") == ""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signal_in_the_middle_leaves_the_mirror_and_the_next_one_completes(
    mirror: Path, tmp_path: Path, number: int
) -> None:
    (tmp_path / "bin").mkdir()
    slow = f"touch {tmp_path}/begun; while [ ! -e {tmp_path}/go ]; do sleep 0.05; done"
    (tmp_path / "bin/git").write_text(
        f'#!/bin/sh\ncase " $* " in *" fast-import "*) {slow};; esac\nexec {shutil.which("git")} "$@"\n'
    )
    (tmp_path / "bin/git").chmod(0o755)
    environment = clean_environment() | {"SCRAPY_SETTINGS_MODULE": "newsmirror.settings", "PYTHONPATH": str(PROJECT)}
    environment["PATH"] = f"{tmp_path}/bin:{environment['PATH']}"
    before = git(mirror, "rev-parse", "HEAD")
    words = options(mirror, NEW | {"NEWSMIRROR_TAGS": TAGS})
    command = [sys.executable, "-m", "scrapy", "rebuild", *words]

    with subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True) as process:
        while not (tmp_path / "begun").exists():
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(number)
        (tmp_path / "go").touch()
        said = process.communicate()[1]

    assert process.returncode == 40, said
    assert "a signal came before the commit; nothing is changed" in said
    assert "Traceback" not in said
    assert git(mirror, "rev-parse", "HEAD") == before
    assert git(mirror, "status", "--porcelain") == ""
    done = run_scrapy("rebuild", *words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert git(mirror, "fsck", "--strict", "--no-dangling") == ""
