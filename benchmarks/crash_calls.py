"""Kills, errors and power losses at given system calls: sweeps of the crash harness that trace."""

import time
from collections import Counter
from pathlib import Path

from benchmarks import crash_trace as trace
from benchmarks.crash_rig import kill_group, tip
from benchmarks.crash_sweeps import Sweep

OWN_CALLS = ("write", "rename", "renameat", "fsync", "fdatasync", "unlink", "mkdir", "ftruncate", "pwrite64", "flock")
GIT_CALLS = ("write", "fsync", "rename", "link", "unlink", "mkdir", "openat")
ALL_CALLS = sorted({*OWN_CALLS, *GIT_CALLS, "close"})
GIT_COMMANDS = ("fast-import", "update-ref", "update-index")
OWN_ERRORS = (
    ("pwrite64", "ENOSPC"), ("fdatasync", "EIO"), ("fsync", "EIO"), ("rename", "EROFS"), ("renameat", "ENOSPC"),
    ("mkdir", "ENOSPC"), ("ftruncate", "EIO"),
)  # fmt: skip
GIT_ERRORS = (
    ("write", "ENOSPC"), ("fsync", "EIO"), ("rename", "EROFS"), ("link", "ENOSPC"), ("mkdir", "EROFS"),
    ("close", "EIO"), ("openat", "ENOSPC"),
)  # fmt: skip


class Calls(Sweep):
    """SIGKILL at the n-th call: of the program alone, of a git command alone, of both together."""

    def run(self, count: int) -> None:
        """At up to *count* points of each call."""
        own, commands = self._count()
        for call in OWN_CALLS:
            for number in self.numbers(own[call], count):
                self._disturb(f"killed at {call} {number}", trace.inject(call, f"signal=SIGKILL:when={number}"))
        for command, made in commands.items():
            for call in GIT_CALLS:
                for number in self.numbers(made[call], count):
                    for everything in (False, True):
                        what = f"signal=SIGKILL:when={number}"
                        path = trace.make_git(self.rig.folder / "bin", command, call, what, kill_all=everything)
                        how = "run" if everything else "git"
                        self._disturb(f"{how} killed at {call} {number} of {command}", path=path)

    def _count(self) -> tuple[Counter[str], dict[str, Counter[str]]]:
        """How often an undisturbed run makes each call, and each of its git commands."""
        log = self.rig.folder / "count.log"
        with self.last_day() as (repo, _):
            self.rig.run(
                repo, wrap=["strace", "-qq", "-f", "-o", str(log), "-e", f"trace=execve,{','.join(ALL_CALLS)}"]
            )
        by_process: dict[str, Counter[str]] = {}
        commands: dict[str, str] = {}
        for line in log.read_text(errors="replace").splitlines():
            if match := trace.LINE.match(line):
                by_process.setdefault(match["pid"], Counter())[match["call"]] += 1
                for command in GIT_COMMANDS:
                    if match["call"] == "execve" and f'"{command}"' in match["rest"]:
                        commands[command] = match["pid"]
                        by_process[match["pid"]] = Counter()
        main = next(iter(by_process))
        return by_process[main], {command: by_process[pid] for command, pid in commands.items()}

    def _disturb(self, where: str, wrap: list[str] | None = None, path: Path | None = None) -> None:
        with self.last_day() as (repo, day):
            before = tip(repo)
            process = self.rig.start(repo, wrap=wrap or (), path=path)
            ended = self.rig.end(process)
            kill_group(process)
            hit = ended.code < 0 or ended.code > 128 or bool(path and (path / "hit").exists())
            self.sheet.done["points"] += hit
            self.whole_or_nothing(repo, day, before)
            self.recover(repo, day, where, before=before)


class Errors(Calls):
    """Calls that fail from the n-th one on, as on a disk that is full or broken."""

    def run(self, count: int) -> None:
        """At up to *count* points of each call."""
        own, commands = self._count()
        for call, error in OWN_ERRORS:
            for number in self.numbers(own[call], count):
                self._fail(f"{error} from {call} {number}", trace.inject(call, f"error={error}:when={number}+"))
        for command, made in commands.items():
            for call, error in GIT_ERRORS:
                for number in self.numbers(made[call], count):
                    what = f"error={error}:when={number}+"
                    path = trace.make_git(self.rig.folder / "bin", command, call, what)
                    self._fail(f"{error} from {call} {number} of {command}", path=path)

    def _fail(self, where: str, wrap: list[str] | None = None, path: Path | None = None) -> None:
        with self.last_day() as (repo, day):
            before = tip(repo)
            ended = self.rig.run(repo, wrap=wrap or (), path=path)
            self.sheet.done["errors"] += 1
            self.judge_failed(ended, where)
            self.whole_or_nothing(repo, day, before)
            self.recover(repo, day, where, before=before)


class Power(Sweep):
    """All that was not synced is taken away at moments spread over a run."""

    def run(self, count: int) -> None:
        """At *count* moments."""
        log = self.rig.folder / "power.log"
        total = self._traced(log, None)
        for number in self.numbers(total, count):
            self._traced(log, number)

    def _traced(self, log: Path, stop: int | None) -> int:
        """Write down a run's calls; with *stop*, end it and the power with the stop-th line about the mirror."""
        with self.last_day() as (repo, day):
            log.unlink(missing_ok=True)
            before, disk = tip(repo), trace.Disk(repo)
            process = self.rig.start(repo, wrap=trace.tracer(log))
            seen = _Tail(log, str(repo))
            while process.poll() is None and (stop is None or seen.count() < stop):
                time.sleep(0.002)
            kill_group(process)
            trace.wait_for_log(log)
            for event in trace.read_log(log):
                disk.see(event)
            if disk.early:
                self.sheet.blame(f"power, line {stop}", {"unsynced": f"{disk.early[:3]} when the branch moved"})
            if stop is not None:
                self.sheet.done["power losses"] += 1
                self.sheet.done["files lost with the power"] += disk.lose_power(zeros=bool(stop % 2))
                self.recover(repo, day, f"power lost at line {stop}", before=before)
            return seen.count()


class _Tail:
    """Counts the lines of a growing file that hold a text."""

    def __init__(self, path: Path, text: str):
        self._path, self._text = path, text
        self._position = self._count = 0

    def count(self) -> int:
        if self._path.exists():
            with self._path.open(encoding="utf-8", errors="replace") as file:
                file.seek(self._position)
                self._count += file.read().count(self._text)
                self._position = file.tell()
        return self._count
