"""What reaches the crawler, and what of its surroundings reaches others. Rows G01, G03, G04, G07."""

import subprocess
import sys
from pathlib import Path

import pytest

from newsmirror.config import Config
from newsmirror.exceptions import ConfigError
from sample_site import SampleServer
from tests.conftest import git, wait_until
from tests.hostile import behaviours
from tests.hostile.measured import environment_with
from tests.hostile.server import HostileServer

CANARY = "CANARY4711"
LISTENING = "0A"
"""State of a listening socket in /proc/net/tcp."""


def command(repo: Path, url: str, *words: str) -> list[str]:
    settings = {"NEWSMIRROR_REPO": str(repo), "NEWSMIRROR_SITE_URL": url, "NEWSMIRROR_TAGS": "", "DOWNLOAD_DELAY": "0"}
    options = [word for name, value in settings.items() for word in ("-s", f"{name}={value}")]
    return [sys.executable, "-m", "scrapy", "crawl", "secretchina", *options, *words]


def listening_sockets(pid: int) -> list[str]:
    """Local addresses on which a process waits for connections."""
    inodes = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        try:
            inodes.add(str(descriptor.readlink()))
        except FileNotFoundError:
            continue
    found = []
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text(encoding="ascii").splitlines()[1:]:
            fields = line.split()
            if f"socket:[{fields[9]}]" in inodes and (fields[3] == LISTENING or table.startswith("udp")):
                found.append(f"{table} {fields[1]}")
    return found


@pytest.mark.skipif(not Path("/proc/self/net/tcp").exists(), reason="needs Linux's /proc")
def test_run_listens_on_nothing(hostile: HostileServer, tmp_path: Path) -> None:
    hostile.behaviours = {"*": behaviours.silent}
    process = subprocess.Popen(
        command(tmp_path / "mirror", hostile.url, "-s", "DOWNLOAD_TIMEOUT=30"),
        cwd=tmp_path, env=environment_with({}), stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        wait_until(lambda: hostile.requests, process)
        assert listening_sockets(process.pid) == []
    finally:
        process.kill()
        process.wait()


def test_surroundings_stand_in_no_output(server: SampleServer, tmp_path: Path) -> None:
    """Host, user, home, path, zone and secrets of the environment: not in log, tree, commits or our own files."""
    home = tmp_path / CANARY
    home.mkdir()
    surroundings = {
        "HOME": str(home), "USER": CANARY, "LOGNAME": CANARY, "EMAIL": f"{CANARY}@example.org", "HOSTNAME": CANARY,
        "NEWSMIRROR_TOKEN": CANARY, "GIT_AUTHOR_NAME": CANARY, "GIT_AUTHOR_EMAIL": f"{CANARY}@example.org",
        "AWS_SECRET_ACCESS_KEY": CANARY, "TZ": "Asia/Shanghai",
    }  # fmt: skip
    (home / ".gitconfig").write_text(f"[user]\n\tname = {CANARY}\n\temail = {CANARY}@example.org\n", encoding="utf-8")
    server.overrides["/news/gb/2026/11/20/1105991.html"] = server.site.respond("/robots.txt")
    repo = home / "mirror"

    done = subprocess.run(
        command(repo, server.url, "-a", "limit=3"), cwd=home, env=environment_with(surroundings) | surroundings,
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 13, done.stderr  # one of the three is in quarantine
    assert CANARY not in done.stderr + done.stdout
    hits = [path for path in repo.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()]
    assert hits == []
    objects = subprocess.run(
        ["git", "-C", str(repo), "cat-file", "--batch-all-objects", "--batch"], capture_output=True, check=True
    )
    assert CANARY.encode() not in objects.stdout
    assert "+0800" not in git(repo, "log", "--format=%ai %ci")


@pytest.mark.parametrize("umask", [0o000, 0o022])
def test_own_files_are_for_the_user_alone(umask: int, server: SampleServer, tmp_path: Path) -> None:
    done = subprocess.run(
        command(tmp_path / "mirror", server.url, "-a", "category=p1"), cwd=tmp_path, env=environment_with({}),
        capture_output=True, text=True, check=False, umask=umask,
    )  # fmt: skip

    if umask == 0:  # git makes folders that everybody may write to then
        assert done.returncode == 2
        assert "can be written by everybody" in done.stderr
        return
    assert done.returncode == 0, done.stderr
    private = tmp_path / "mirror/.git/newsmirror"
    assert private.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("text", ["$HOME", "%(HOME)s", "{0}", "{id.__class__}", "${HOME}", "`id`", "$(id)", "{{7*7}}"])
def test_settings_are_plain_values(text: str) -> None:
    config = Config.from_settings({"NEWSMIRROR_REPO": f"/srv/{text}", "NEWSMIRROR_AUTHOR": f"{text} <a@example.org>",
                                   "NEWSMIRROR_TAGS": text})  # fmt: skip

    assert (config.repo, config.author[0], config.style.tags) == (Path(f"/srv/{text}"), text, (text,))


@pytest.mark.parametrize(
    "pattern", ["pages/{id.__class__}.md", "pages/{id!r}.md", "pages/{id:>99}.md", "pages/{0}{id}.md"]
)
def test_patterns_hold_plain_fields_only(pattern: str) -> None:
    with pytest.raises(ConfigError, match="NEWSMIRROR_PAGE_PATH"):
        Config.from_settings({"NEWSMIRROR_REPO": "mirror", "NEWSMIRROR_PAGE_PATH": pattern})
