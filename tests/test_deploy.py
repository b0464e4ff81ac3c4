"""The files of deploy/: what systemd, cron and Scrapyd are given."""

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from newsmirror import settings

DEPLOY = Path(__file__).resolve().parent.parent / "deploy"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
@pytest.mark.parametrize("name", ["newsmirror.service", "newsmirror.timer", "newsmirror-failed.service"])
def test_units_pass_systemds_own_check(name: str, tmp_path: Path) -> None:
    """With the program replaced by one that exists: only the installed machine has ours."""
    for unit in DEPLOY.glob("newsmirror*.*"):
        text = unit.read_text(encoding="utf-8").replace("/opt/newsmirror/.venv/bin/scrapy", "/bin/true")
        (tmp_path / unit.name).write_text(text, encoding="utf-8")

    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / name)], capture_output=True, text=True, check=False
    )

    assert done.stderr == ""
    assert done.returncode == 0


def test_service_outlasts_the_longest_run() -> None:
    service = (DEPLOY / "newsmirror.service").read_text(encoding="utf-8")

    hours = re.search(r"^TimeoutStartSec=(\d+)h$", service, re.MULTILINE)

    assert hours
    assert int(hours[1]) * 3600 > settings.CLOSESPIDER_TIMEOUT


def test_crontab_runs_as_a_shell_would_read_it() -> None:
    lines = (DEPLOY / "crontab").read_text(encoding="utf-8").splitlines()
    commands = [line.split(maxsplit=5)[5].replace("\\%", "%") for line in lines if re.match(r"\d", line)]

    assert len(commands) == 2
    for command in commands:
        subprocess.run(["bash", "-n", "-c", command], check=True)


def test_example_environment_names_settings_that_exist() -> None:
    text = (DEPLOY / "newsmirror.env.example").read_text(encoding="utf-8")
    names = re.findall(r"^#?(NEWSMIRROR_\w+)=\S+$", text, re.MULTILINE)

    assert len(names) == 4
    assert [name for name in names if not hasattr(settings, name)] == []


def test_scrapyd_finds_the_project_without_an_upload() -> None:
    config = configparser.ConfigParser()
    config.read(DEPLOY / "scrapy.cfg")

    assert config["settings"]["newsmirror"] == "newsmirror.settings"
