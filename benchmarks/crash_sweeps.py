"""Kills at random moments and full disks: sweeps of the crash harness that need no tracing."""

import os
import random
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from benchmarks.crash_rig import CRAWL, Ended, Rig, fsck, git, left_behind, locks, tip

NAMED = {"published", "nothing_new", "no_space", "commit_failed", "refused", "partly_pushed", "not_pushed"}
"""What a run may end as whose disk fails; anything else is a failure without a name."""


@dataclass
class Sheet:
    """What was done and what was wrong."""

    done: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)

    def blame(self, where: str, faults: dict[str, str]) -> None:
        for kind, words in faults.items():
            self.wrong[kind] += 1
            self.told.append(f"{where}: {kind}: {words}")
            print(f"  WRONG {self.told[-1]}", flush=True)


class Sweep:
    """What all sweeps need: a mirror to disturb, the run that has to put it right, and the verdict."""

    def __init__(self, rig: Rig, sheet: Sheet, days: tuple[date, ...], source: random.Random):
        self.rig, self.sheet, self.days, self.source = rig, sheet, days, source
        self.base, self.seconds = rig.folder / "base", rig.seconds

    def run(self, count: int) -> None:
        """Disturb the mirror, so many times or at so many points of each kind."""
        raise NotImplementedError

    def recover(self, repo: Path, day: date, where: str, *, before: str | None, words: tuple[str, str] = CRAWL) -> None:
        """The ordinary run that has to put everything right, and the verdict."""
        seen = locks(repo)
        self.sheet.done["stale locks"] += len(seen)
        if said := fsck(repo):
            self.sheet.blame(f"{where}, before recovery", {"fsck": said})
        ended = self.rig.run(repo, words)
        faults = self.rig.faults(repo, day, before=before)
        if ended.code:
            faults["ended"] = f"{ended.code} {ended.said.strip().splitlines()[-1:]}"
        self.sheet.done["stale locks recovered"] += len([name for name in seen if name not in left_behind(repo)])
        self.sheet.done["recoveries"] += 1
        self.sheet.blame(where, faults)

    def whole_or_nothing(self, repo: Path, day: date, before: str | None) -> None:
        """After a kill the branch is where it was, or at the whole new commit."""
        if (now := tip(repo)) != before and git(repo, "rev-parse", "main^{tree}") != self.rig.trees[day]:
            self.sheet.blame(f"after a kill on {day}", {"tree": f"half a commit, {now}"})

    def judge_failed(self, ended: Ended, where: str) -> None:
        self.sheet.done[f"ended {ended.outcome}"] += 1
        if ended.outcome not in NAMED or "Traceback" in ended.said:
            self.sheet.blame(where, {"no name": f"{ended.code} {ended.said[-400:]}"})

    @contextmanager
    def last_day(self) -> Iterator[tuple[Path, date]]:
        """A copy of the mirror before the last day, which is about to come."""
        self.rig.show(self.days[-1])
        yield self.rig.copy(self.base, "disturbed"), self.days[-1]

    def numbers(self, total: int, points: int) -> list[int]:
        """Up to so many numbers from 1 to *total*, evenly spread."""
        return sorted({1 + round(number * (total - 1) / max(points - 1, 1)) for number in range(min(points, total))})

    def _any_moment(self, repo: Path) -> Callable[[], bool]:
        return self._later(self.source.uniform(0, self.seconds * 1.1))

    def _at_the_start(self, repo: Path) -> Callable[[], bool]:
        """The lock is taken, or, where there is nothing yet, the folder made."""
        begun = (lambda: _size(repo / ".git/newsmirror/lock") > 0) if repo.exists() else repo.exists
        return self._after(begun, 0.3)

    def _around_the_commit(self, repo: Path) -> Callable[[], bool]:
        return self._after((repo / ".git/newsmirror/incoming").exists, 0.1)

    def _around_the_branch(self, repo: Path) -> Callable[[], bool]:
        branch = repo / ".git/refs/heads/main"
        old = branch.read_bytes() if branch.exists() else b""
        return self._after(lambda: branch.exists() and branch.read_bytes() != old, 0.3)

    def _later(self, seconds: float) -> Callable[[], bool]:
        end = time.monotonic() + seconds
        return lambda: time.monotonic() > end

    def _after(self, event: Callable[[], bool], longest: float) -> Callable[[], bool]:
        """Some moment after an event; machines under load need longer for the same steps."""
        wait = self.source.uniform(0, longest * max(1.0, self.seconds / 3))
        seen: list[float] = []

        def is_time() -> bool:
            if not seen and event():
                seen.append(time.monotonic())
            return bool(seen) and time.monotonic() > seen[0] + wait

        return is_time


class Kills(Sweep):
    """SIGKILL to the process group, day by day through the site's history, again and again."""

    def run(self, count: int) -> None:
        """At least *count* kills."""
        moments = (self._any_moment, self._around_the_commit, self._around_the_branch, self._at_the_start)
        done = 0
        while done < count:
            repo, before = self.rig.make("killed", fresh=self.source.random() < 0.5), None
            for day in self.days:
                self.rig.show(day)
                moment = self.source.choice(moments)
                for _ in range(self.source.choice((1, 1, 2, 3))):
                    hit = self.rig.kill_when(repo, moment(repo))
                    done += hit
                    self.sheet.done["kills"] += hit
                    self.whole_or_nothing(repo, day, before)
                self.recover(repo, day, f"kill {done} ({moment.__name__}, {day})", before=before)
                before = tip(repo)
                print(f"  {done} kills", end="\r", flush=True)
                if done >= count:
                    break


class Disks(Sweep):
    """A disk that is nearly full, or full of names, at the start or at some moment of a run; then it has room."""

    def run(self, count: int) -> None:
        """*count* sizes of each kind."""
        for number in range(count):
            for by_files in (False, True):
                self._full_disk(number * 100 if by_files else number * 2**20, by_files=by_files, at_once=True)
                self._full_disk(0, by_files=by_files, at_once=False)

    def _full_disk(self, room: int, *, by_files: bool, at_once: bool) -> None:
        """*room*: bytes or files that stay free; without *at_once* the disk fills up at some moment of the run."""
        when = "from the start" if at_once else "in the middle of a run"
        where = f"room for {room} {'files' if by_files else 'bytes'} {when}"
        with self._small_disk() as repo:
            before, ballast = tip(repo), repo.parent / "ballast"
            if at_once:
                _fill(ballast, room, by_files=by_files)
            process = self.rig.start(repo)
            moment = self._around_the_commit(repo) if self.source.random() < 0.5 else self._any_moment(repo)
            while not at_once and process.poll() is None and not moment():
                time.sleep(0.001)
            if not at_once:
                _fill(ballast, room, by_files=by_files)
            ended = self.rig.end(process)
            self.sheet.done["full disks"] += 1
            self.judge_failed(ended, where)
            self.whole_or_nothing(repo, self.days[-1], before)
            shutil.rmtree(ballast)
            self.recover(repo, self.days[-1], where, before=before)

    @contextmanager
    def _small_disk(self) -> Iterator[Path]:
        """The mirror before the last day on a file system of its own."""
        place = self.rig.folder / "disk"
        place.mkdir(exist_ok=True)
        mount = ["mount", "-t", "tmpfs", "-o", "size=32m,nr_inodes=4000", "tmpfs", str(place)]
        subprocess.run(mount, check=True)  # noqa: S603
        try:
            self.rig.show(self.days[-1])
            yield self.rig.copy(self.base, "disk/mirror")
        finally:
            subprocess.run(["umount", str(place)], check=True)  # noqa: S603, S607


def _fill(folder: Path, room: int, *, by_files: bool) -> None:
    """Use up a disk, but for so many bytes or files."""
    folder.mkdir()
    disk = os.statvfs(folder)
    with suppress(OSError):
        if by_files:
            for number in range(disk.f_favail - room):
                (folder / str(number)).touch()
        else:
            with (folder / "bytes").open("wb", buffering=0) as file:
                for _ in range(max(disk.f_bavail * disk.f_frsize - room, 0) // 4096):
                    file.write(b"x" * 4096)


def may_mount() -> bool:
    """Whether file systems can be mounted here."""
    with tempfile.TemporaryDirectory() as place:
        mount = ["mount", "-t", "tmpfs", "tmpfs", place]
        if subprocess.run(mount, check=False, stderr=subprocess.DEVNULL).returncode:  # noqa: S603
            return False
        return not subprocess.run(["umount", place], check=False).returncode  # noqa: S603, S607


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
