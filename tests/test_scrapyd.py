"""A real Scrapyd on loopback: deploy an egg, run, run twice at once, cancel."""

import base64
import configparser
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from sample_site import SampleServer
from tests.conftest import clean_environment, closed_port

ROOT = Path(__file__).resolve().parent.parent
PACKAGED = ("newsmirror", "scrapy.cfg", "setup.py", "pyproject.toml")
PASSWORD = "change-me"  # the example's


class Scrapyd:
    """A running Scrapyd with our example configuration; its log says when something has happened."""

    def __init__(self, folder: Path):
        self.folder, self.port = folder, closed_port()
        config = configparser.ConfigParser(comment_prefixes=("#",))
        config.read(ROOT / "deploy" / "scrapyd.conf")
        config["scrapyd"].update({"http_port": str(self.port), "max_proc": "2"})
        config.remove_section("services")  # the test deploys, and wants two jobs at once
        with (folder / "scrapyd.conf").open("w") as file:
            config.write(file)
        self._process = subprocess.Popen(
            [str(Path(sys.executable).with_name("scrapyd"))], cwd=folder, env=clean_environment() | {"PYTHONPATH": ""},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        self.wait_for("Scrapyd 1.", "started")

    def wait_for(self, *words: str) -> None:
        """Read the log up to the line that holds all *words*."""
        assert self._process.stdout
        seen = []
        for line in self._process.stdout:
            seen.append(line)
            if all(word in line for word in words):
                return
        pytest.fail(f"Scrapyd ended without {words}: {''.join(seen[-20:])}")

    def call(self, name: str, values: Sequence[tuple[str, str]]) -> dict[str, Any]:
        """Call the API; a name may be given more than once."""
        request = Request(f"http://127.0.0.1:{self.port}/{name}.json", data=urlencode(values).encode())
        token = base64.b64encode(f"newsmirror:{PASSWORD}".encode()).decode()
        request.add_header("Authorization", f"Basic {token}")
        with urlopen(request, timeout=120) as answer:
            return dict(json.load(answer))

    def log(self, job: str) -> Path:
        return self.folder / "logs" / "newsmirror" / "secretchina" / f"{job}.log"

    def stop(self) -> None:
        self._process.terminate()
        self._process.communicate(timeout=120)


@pytest.fixture
def scrapyd(tmp_path: Path) -> Iterator[Scrapyd]:
    folder = tmp_path / "scrapyd"
    folder.mkdir()
    running = Scrapyd(folder)
    yield running
    running.stop()


def deploy(scrapyd: Scrapyd, folder: Path) -> None:
    """Send the package as an egg, from a copy: the tool leaves files beside setup.py."""
    for name in PACKAGED:
        source = ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, folder / name)
    with (folder / "scrapy.cfg").open("a") as file:
        file.write(f"url = http://127.0.0.1:{scrapyd.port}\nusername = newsmirror\npassword = {PASSWORD}\n")
    tool = str(Path(sys.executable).with_name("scrapyd-deploy"))
    done = subprocess.run([tool], cwd=folder, env=clean_environment(), capture_output=True, text=True, check=False)
    assert '"status": "ok"' in done.stdout, done.stdout + done.stderr


def schedule(scrapyd: Scrapyd, server: SampleServer, repo: Path, job: str, *, delay: str = "0") -> None:
    settings = [f"NEWSMIRROR_SITE_URL={server.url}", f"NEWSMIRROR_REPO={repo}", f"DOWNLOAD_DELAY={delay}"]
    names = [("project", "newsmirror"), ("spider", "secretchina"), ("jobid", job), ("category", "p3"), ("refresh", "1")]

    answer = scrapyd.call("schedule", [*names, *(("setting", setting) for setting in settings)])

    assert answer["status"] == "ok"
    scrapyd.wait_for("Process started", f"job='{job}'")


def status(repo: Path) -> dict[str, Any]:
    return dict(json.loads((repo / ".git" / "newsmirror" / "status.json").read_text()))


def test_egg_is_deployed_run_overlapped_and_cancelled(scrapyd: Scrapyd, server: SampleServer, tmp_path: Path) -> None:
    repo, project = tmp_path / "mirror", tmp_path / "project"
    project.mkdir()

    deploy(scrapyd, project)
    schedule(scrapyd, server, repo, "first")
    scrapyd.wait_for("Process finished", "job='first'")

    assert status(repo)["outcome"] == "published"
    assert "Traceback" not in scrapyd.log("first").read_text()

    schedule(scrapyd, server, repo, "slow", delay="3")  # long enough for another job beside it
    wait_for_line(scrapyd.log("slow"), "Spider opened")
    schedule(scrapyd, server, repo, "second")
    scrapyd.wait_for("Process died: exitstatus=10", "job='second'")

    assert "busy: another run is using this working copy" in scrapyd.log("second").read_text()

    assert scrapyd.call("cancel", [("project", "newsmirror"), ("job", "slow")])["prevstate"] == "running"
    scrapyd.wait_for("Process died: exitstatus=40", "job='slow'")

    assert status(repo)["outcome"] == "interrupted"
    outcomes = [json.loads(line)["outcome"] for line in (repo / ".git/newsmirror/runs.jsonl").read_text().splitlines()]
    assert outcomes == ["published", "busy", "interrupted"]


def wait_for_line(log: Path, words: str) -> None:
    """Follow a job's log as an operator does."""
    with subprocess.Popen(
        ["tail", "-n", "+1", "-F", str(log)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as tail:
        assert tail.stdout
        next(line for line in tail.stdout if words in line)
        tail.terminate()


def test_example_configuration_closes_what_brings_code_in() -> None:
    config = configparser.ConfigParser(comment_prefixes=("#",))
    config.read(ROOT / "deploy" / "scrapyd.conf")

    assert config["scrapyd"]["bind_address"] == "127.0.0.1"
    assert config["scrapyd"]["max_proc"] == "1"
    assert config["scrapyd"]["password"]
    assert [config["services"][f"{name}.json"] for name in ("addversion", "delversion", "delproject")] == ["", "", ""]
