"""`scrapy status` on the record of real runs, and the line of progress on a real terminal."""

import fcntl
import json
import os
import pty
import struct
import subprocess
import sys
import termios
from pathlib import Path

from newsmirror.runs import RunRecord
from sample_site import SampleServer
from tests.conftest import Run, clean_environment, run_scrapy

ROOT = Path(__file__).resolve().parent.parent


def record_at(repo: Path) -> RunRecord:
    folder = repo / ".git" / "newsmirror"
    folder.mkdir(parents=True)
    return RunRecord(folder)


def test_status_shows_a_run_and_draws_it(crawl: Run, tmp_path: Path) -> None:
    assert crawl("-a", "category=p3", "-s", "NEWSMIRROR_IMAGES=none").returncode == 0

    words = ("-s", f"NEWSMIRROR_REPO={tmp_path}/mirror", "--max-age", "1h", "--html", f"{tmp_path}/status.html")
    done = run_scrapy("status", *words, cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("The last run ended published 0 minutes ago; ")
    assert "看民生" in (tmp_path / "status.html").read_text(encoding="utf-8")


def test_old_success_is_told_by_the_exit_code(tmp_path: Path) -> None:
    record_at(tmp_path / "m").add({"outcome": "published", "exit_code": 0, "finished": "2020-01-01T00:00:00Z"})

    done = run_scrapy("status", "-s", f"NEWSMIRROR_REPO={tmp_path}/m", "--max-age", "12h", cwd=tmp_path)

    assert done.returncode == 1
    assert "The last run ended published" in done.stdout


def test_status_of_no_mirror_is_refused(tmp_path: Path) -> None:
    done = run_scrapy("status", "-s", f"NEWSMIRROR_REPO={tmp_path}/none", cwd=tmp_path)

    assert done.returncode == 2
    assert done.stderr == "newsmirror: NEWSMIRROR_REPO holds no mirror yet; name its folder or start the first run\n"
    assert not (tmp_path / "none").exists()


def test_wrong_age_is_refused(tmp_path: Path) -> None:
    done = run_scrapy("status", "--max-age", "soon", cwd=tmp_path)

    assert done.returncode == 2
    assert "'soon' is no age; use hours or days, as 12h or 2d" in done.stderr


def test_test_alarm_needs_the_file(tmp_path: Path) -> None:
    record_at(tmp_path / "m")

    done = run_scrapy("status", "-s", f"NEWSMIRROR_REPO={tmp_path}/m", "--test-alarm", cwd=tmp_path)

    assert done.returncode == 2
    assert "NEWSMIRROR_ALARMS is not set" in done.stderr


def test_run_that_is_refused_by_the_working_copy_is_on_the_record(crawl: Run, tmp_path: Path) -> None:
    record = record_at(tmp_path / "m")  # a .git folder that is no repository

    assert crawl(repo=tmp_path / "m").returncode == 2

    assert [run["outcome"] for run in record.read()] == ["refused"]


def crawl_at_a_terminal(server: SampleServer, folder: Path) -> str:
    """What a person sees who starts a crawl at a terminal of 100 columns."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
    values = {"NEWSMIRROR_SITE_URL": server.url, "NEWSMIRROR_REPO": str(folder / "mirror"), "NEWSMIRROR_IMAGES": "none"}
    options = [w for name, value in (values | {"DOWNLOAD_DELAY": "0"}).items() for w in ("-s", f"{name}={value}")]
    environment = clean_environment() | {"SCRAPY_SETTINGS_MODULE": "newsmirror.settings", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "scrapy", "crawl", "secretchina", "-a", "category=p3", *options]
    with subprocess.Popen(command, cwd=folder, env=environment, stdin=follower, stdout=follower, stderr=follower):
        os.close(follower)
        seen = b""
        try:
            while part := os.read(leader, 65536):
                seen += part
        except OSError:  # Linux's way to say that the other end is closed
            os.close(leader)
    return seen.decode()


def test_terminal_shows_progress_below_the_log(server: SampleServer, tmp_path: Path) -> None:
    seen = crawl_at_a_terminal(server, tmp_path)

    count = json.loads((tmp_path / "mirror" / ".git" / "newsmirror" / "status.json").read_text())["new"]
    assert f"{count} new, 0 known, 0 failed: {count} of {count} articles" in seen
    assert f"published {count} new" in seen


def test_no_progress_without_a_terminal(crawl: Run) -> None:
    done = crawl("-a", "category=p3", "-s", "NEWSMIRROR_IMAGES=none")

    assert "\r" not in done.stderr
    assert "known, " not in done.stderr
