"""What the crash harness runs and how it judges: real crawls of the sample site, and a checker of what they left.

The checker follows Jepsen: what the source served, what was acknowledged as committed and what the remote holds are
sets, and the verdict is relations between them, not exit codes.
"""

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

from newsmirror.gitindex import ALWAYS, PATTERNS, SPARSE
from sample_site import SampleServer, SampleSite

PROJECT = Path(__file__).resolve().parent.parent
IDENTITY = "newsmirror <newsmirror@example.invalid>"
KINDS = ("lost", "duplicates", "fsck", "history", "tree", "identity", "working copy", "state", "remote", "left behind")
"""What can be wrong after a recovery; each is counted."""
LOCKS = ("index.lock", "HEAD.lock", "packed-refs.lock", "refs/heads/main.lock")
CRAWL = ("crawl", "secretchina")
LIMIT = 300.0
"""Seconds that a run may take before it counts as hanging; machines may be busy."""


@dataclass
class Ended:
    """A run that is over."""

    code: int
    said: str

    @property
    def outcome(self) -> str:
        """The name of the outcome on the last lines, or how the process died."""
        found = re.findall(r"(?:INFO|ERROR): (\w+)(?::| \d+ new)", self.said)
        return found[-1] if found else f"exit {self.code}"


@dataclass
class Rig:
    """A served site, and mirrors of it in a folder."""

    folder: Path
    server: SampleServer
    pictures: bool = False
    sparse: bool = False
    """Whether working copies show the lists alone, as those of large mirrors do."""
    trees: dict[date, str] = field(default_factory=dict)
    """Tree of an undisturbed mirror by day."""
    seconds: float = 5.0
    """What an undisturbed run takes."""
    further: dict[str, str] = field(default_factory=dict)
    """Settings besides those of every run."""

    # Running

    def command(self, repo: Path, words: Sequence[str] = CRAWL) -> list[str]:
        settings = {
            "NEWSMIRROR_SITE_URL": self.server.url,
            "NEWSMIRROR_REPO": str(repo),
            "NEWSMIRROR_REMOTES": "backup" if backup_of(repo).exists() else "",
            "NEWSMIRROR_TAGS": "教育",
            "NEWSMIRROR_IMAGES": "mirror" if self.pictures else "none",
            "DOWNLOAD_DELAY": "0",
            "RETRY_ENABLED": "0",
        } | self.further
        options = [word for name, value in settings.items() for word in ("-s", f"{name}={value}")]
        return [sys.executable, "-m", "scrapy", *words, *options]

    def start(
        self, repo: Path, words: Sequence[str] = CRAWL, *, wrap: Sequence[str] = (), path: Path | None = None,
        **environment: str,
    ) -> subprocess.Popen[str]:  # fmt: skip
        """Start a run as the leader of a process group; *wrap* is put before its command, *path* before PATH."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("NEWSMIRROR_", "GIT_"))}
        clean |= {"SCRAPY_SETTINGS_MODULE": "newsmirror.settings", "PYTHONPATH": str(PROJECT)} | environment
        if path:
            clean["PATH"] = f"{path}:{clean['PATH']}"
        command = [*wrap, *self.command(repo, words)]
        log = (self.folder / "log").open("w+", encoding="utf-8")  # a pipe would be held open by what is left behind
        with log:
            return subprocess.Popen(  # noqa: S603
                command, cwd=self.folder, env=clean, stdin=subprocess.DEVNULL, stdout=log, stderr=log, text=True,
                start_new_session=True,
            )  # fmt: skip

    def end(self, process: subprocess.Popen[str]) -> Ended:
        """Wait for a run; one that hangs is killed and comes out as -9."""
        try:
            process.wait(LIMIT)
        except subprocess.TimeoutExpired:
            kill_group(process)
        return Ended(process.returncode, (self.folder / "log").read_text(encoding="utf-8", errors="replace"))

    def run(
        self, repo: Path, words: Sequence[str] = CRAWL, *, wrap: Sequence[str] = (), path: Path | None = None,
        **environment: str,
    ) -> Ended:  # fmt: skip
        return self.end(self.start(repo, words, wrap=wrap, path=path, **environment))

    def kill_when(self, repo: Path, is_time: Callable[[], bool], words: Sequence[str] = CRAWL) -> bool:
        """Start a run and kill its group when *is_time*; False where it came to its end before."""
        process = self.start(repo, words)
        while process.poll() is None and not is_time():
            time.sleep(0.001)
        alive = process.poll() is None
        kill_group(process)
        return alive

    # Mirrors

    def show(self, day: date) -> None:
        """Let the site stand as it stood on a day."""
        self.server.site = SampleSite(day)

    def make(self, name: str, *, fresh: bool = False) -> Path:
        """An empty mirror with a remote on the disk; *fresh*: a place where the run itself has to make one."""
        repo, backup = self.folder / name, self.folder / f"{name}-backup.git"
        for place in (repo, backup):
            shutil.rmtree(place, ignore_errors=True)
        if fresh:
            return repo
        git(self.folder, "init", "-q", "--bare", "-b", "main", str(backup))
        git(self.folder, "init", "-q", "-b", "main", str(repo))
        git(repo, "remote", "add", "backup", str(backup))
        if self.sparse:
            for setting, value in SPARSE.items():
                git(repo, "config", setting, value)
            (repo / ".git/info").mkdir(exist_ok=True)
            (repo / ".git" / PATTERNS).write_text(f"{ALWAYS}/feeds/\n/indexes/\n", encoding="ascii")
        return repo

    def copy(self, repo: Path, name: str) -> Path:
        """A mirror as it is, with its remote, under another name."""
        copied = self.folder / name
        for source, target in ((repo, copied), (backup_of(repo), backup_of(copied))):
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(source, target, symlinks=True)
        git(copied, "remote", "set-url", "backup", str(backup_of(copied)))
        return copied

    def prepare(self, days: Sequence[date]) -> None:
        """Run day by day without a disturbance: the trees are what everything else is compared with.

        The mirror as it was before the last day is kept as ``base``.
        """
        repo, started = self.make("undisturbed"), 0.0
        for day in days:
            if day == days[-1]:
                self.copy(repo, "base")
                started = time.monotonic()
            self.show(day)
            ended = self.run(repo)
            if ended.code:
                raise SystemExit(f"the undisturbed run of {day} ended with {ended.code}:\n{ended.said}")
            self.trees[day] = git(repo, "rev-parse", "main^{tree}")
        self.seconds = time.monotonic() - started

    # Judging

    def faults(self, repo: Path, day: date, *, before: str | None) -> dict[str, str]:
        """What is wrong with a mirror after a run that ended well; *before* is what had been acknowledged."""
        found: dict[str, str] = {}
        served = set(self.server.site.articles)
        rows = [json.loads(line) for line in data_lines(repo)]
        ids = [row["id"] for row in rows]
        if missing := served - set(ids):
            found["lost"] = f"{sorted(missing)[:5]}"
        if len(ids) != len(set(ids)):
            found["duplicates"] = f"{sorted(ids)[:5]}"
        backup = backup_of(repo)
        if said := fsck(repo) + (fsck(backup) if backup.exists() else ""):
            found["fsck"] = said
        if before and git(repo, "merge-base", before, "main") != before:
            found["history"] = "an acknowledged commit is gone"
        if (tree := git(repo, "rev-parse", "main^{tree}")) != self.trees[day]:
            found["tree"] = f"{tree} instead of {self.trees[day]}"
        people = set(git(repo, "log", "--format=%an <%ae> %ad|%cn <%ce> %cd", "--date=format:%z", "main").splitlines())
        if people != {f"{IDENTITY} +0000|{IDENTITY} +0000"}:
            found["identity"] = str(people)
        if status := git(repo, "status", "--porcelain"):
            found["working copy"] = status
        if (known := state_ids(repo)) != set(ids):
            found["state"] = f"{len(known)} known, {len(ids)} in the tree"
        if backup.exists() and git(backup, "rev-parse", "main") != git(repo, "rev-parse", "main"):
            found["remote"] = "not at the newest commit"
        if left := left_behind(repo):
            found["left behind"] = ", ".join(left)
        return found


def backup_of(repo: Path) -> Path:
    """The remote of a mirror of the rig."""
    return repo.with_name(f"{repo.name}-backup.git")


def git(folder: Path, *words: str) -> str:
    """What git says, as an operator would run it."""
    command = ["git", "-C", str(folder), "-c", "core.quotePath=false", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return done.stdout.strip() if done.returncode == 0 else f"git {words[0]} failed: {done.stderr.strip()[:200]}"


def tip(repo: Path) -> str | None:
    """The newest commit, None before the first."""
    found = git(repo, "rev-parse", "--verify", "--quiet", "main^{commit}")
    return found if re.fullmatch("[0-9a-f]{40}", found) else None


def fsck(repo: Path) -> str:
    """What git has against the objects and the branch; empty where all is well, or where there is no repository yet."""
    if not (repo / ".git").is_dir() and not (repo / "HEAD").exists():
        return ""
    command = ["git", "-C", str(repo), "fsck", "--strict", "--no-dangling", "--no-progress"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    said = [line for line in (done.stdout + done.stderr).splitlines() if not line.startswith("notice:")]
    return "; ".join(said)[:300] if done.returncode or said else ""


def data_lines(repo: Path) -> list[str]:
    """All lines of ``data/`` in the newest commit."""
    if tip(repo) is None:
        return []
    names = [
        name
        for name in git(repo, "ls-tree", "-r", "--name-only", "main", "data/").splitlines()
        if name.endswith(".jsonl")
    ]
    return [line for name in names for line in git(repo, "show", f"main:{name}").splitlines()]


def state_ids(repo: Path) -> set[int]:
    """The articles that the state knows."""
    with closing(sqlite3.connect(repo / ".git/newsmirror/state.sqlite")) as db:
        return {identifier for (identifier,) in db.execute("SELECT id FROM articles")}


def locks(repo: Path) -> list[str]:
    """Lock files of git that are there."""
    return [name for name in LOCKS if (repo / ".git" / name).exists()]


def left_behind(repo: Path) -> list[str]:
    """Locks, temporary files and half-made folders that a run has to clear away."""
    folder = repo / ".git"
    rubbish = [*folder.glob("newsmirror/incoming*"), *folder.glob("newsmirror/tmp*"), *folder.glob("newsmirror/side/*")]
    rubbish += folder.glob("newsmirror/packs")
    rubbish += [
        *folder.glob("objects/pack/tmp_*"),
        *folder.glob("objects/pack/.tmp-*"),
        *folder.glob("fast_import_crash_*"),
    ]
    rubbish += [path for path in repo.glob("**/*.new") if ".git" not in path.parts]
    return locks(repo) + [path.relative_to(repo).as_posix() for path in rubbish]


def kill_group(process: subprocess.Popen[str]) -> None:
    """Kill a run and all of its children at once."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@cache
def days_of_the_site() -> tuple[date, ...]:
    """The days on which the sample site gets new articles, oldest first."""
    return tuple(sorted({article.published.date() for article in SampleSite().articles.values()}))
