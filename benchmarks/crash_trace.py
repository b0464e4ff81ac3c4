"""strace as a tool of the crash harness: kills and errors at the n-th call, and what a power loss would leave.

A power loss is judged by the order of system calls: what was written to a file after its last fsync is lost, and so is
a name that was given after the last fsync of its folder. That is harsher than ext4 or xfs, and what POSIX promises.
"""

import codecs
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

CALLS = (
    "openat", "write", "pwrite64", "writev", "ftruncate", "mkdir", "rename", "renameat", "renameat2", "link", "linkat",
    "unlink", "unlinkat", "fsync", "fdatasync", "sync", "syncfs",
)  # fmt: skip
LINE = re.compile(r"^(?P<pid>\d+) +(?P<call>\w+)\((?P<rest>.*)$")
RESUMED = re.compile(r"^(?P<pid>\d+) +<\.\.\. (?P<call>\w+) resumed>(?P<rest>.*)$")
DONE = re.compile(r"\) += (?P<result>-?\d+)(?:<(?P<place>[^>]*)>)?")
FD = re.compile(r"(?:\d+|AT_FDCWD)<(?P<place>[^>]*)>")
TEXT = re.compile(r'"(?P<text>(?:\\.|[^"\\])*)"')


def missing() -> str | None:
    """Why calls cannot be traced here, None where they can."""
    if not shutil.which("strace"):
        return "strace is not installed"
    done = subprocess.run(["strace", "-qq", "-o", "/dev/null", "true"], check=False)  # noqa: S607
    return "this user may not trace processes" if done.returncode else None


def inject(call: str, what: str) -> list[str]:
    """Words before a command whose own calls (not those of its children) get *what*, as ``signal=SIGKILL:when=3``."""
    return ["strace", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:{what}"]


def make_git(folder: Path, subcommand: str, call: str, what: str, *, kill_all: bool = False) -> Path:
    """A folder for PATH whose git injects *what* into one of its commands; returns it.

    With *kill_all* the whole run dies with that git.
    """
    folder.mkdir(exist_ok=True)
    (folder / "hit").unlink(missing_ok=True)
    real = shutil.which("git")
    after = "kill -KILL 0" if kill_all else "kill -KILL $$"
    script = f"""#!/bin/sh
case " $* " in *" {subcommand} "*)
    {" ".join(inject(call, what))} {real} "$@"
    code=$?
    if [ $code -gt 128 ]; then touch {folder}/hit; {after}; fi
    exit $code
esac
exec {real} "$@"
"""
    (folder / "git").write_text(script, encoding="utf-8")
    (folder / "git").chmod(0o755)
    return folder


@dataclass(frozen=True)
class Event:
    """A call that has returned, or that the kill has cut off (*done* False)."""

    call: str
    rest: str
    done: bool
    place: str | None = None
    """Path of the descriptor that an openat has returned."""


def read_log(log: Path) -> Iterator[Event]:
    """The calls of all processes in the order of their return."""
    begun: dict[str, str] = {}
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        if match := LINE.match(line):
            pid, call, rest = match["pid"], match["call"], match["rest"]
        elif match := RESUMED.match(line):
            pid, call = match["pid"], match["call"]
            rest = begun.pop(pid, "") + match["rest"]
        else:
            continue
        if "<unfinished" in rest:
            begun[pid] = rest.split("<unfinished")[0]
            continue
        end = DONE.search(rest)
        if end is None:  # "= ?": the process died in it
            yield Event(call, rest, False)
        elif not end["result"].startswith("-"):
            yield Event(call, rest, True, _plain(end["place"]))
    for rest in begun.values():
        yield Event("write", rest, False)


def _plain(text: str | None) -> str | None:
    if text is None:
        return None
    return codecs.escape_decode(text.encode())[0].decode(errors="surrogateescape")


@dataclass
class Disk:
    """What the disk below a folder is sure to hold, as calls go by."""

    root: Path
    unsynced: set[str] = field(default_factory=set)
    """Files with content that is not on the disk."""
    unnamed: set[str] = field(default_factory=set)
    """Names that are not on the disk, where there was none before."""
    early: list[str] = field(default_factory=list)
    """Objects that were not on the disk when a branch moved."""

    def __post_init__(self) -> None:
        self._names = {str(path) for path in self.root.rglob("*")}

    def see(self, event: Event) -> None:
        """Take in one call."""
        if event.call in ("sync", "syncfs") and event.done:
            self.unsynced.clear()
            self.unnamed.clear()
        elif event.call == "openat":
            if "O_CREAT" in event.rest and event.place:
                self._appear(event.place)
                if "O_TRUNC" in event.rest:
                    self._dirty(event.place)
        elif event.call in ("write", "pwrite64", "writev", "ftruncate"):
            for place in self._descriptors(event)[:1]:
                self._dirty(place)
        elif event.call in ("fsync", "fdatasync") and event.done:
            for place in self._descriptors(event)[:1]:
                self.unsynced.discard(place)
                self.unnamed -= {name for name in self.unnamed if os.path.dirname(name) == place}  # noqa: PTH120
        elif event.done:
            self._rename(event)

    def _rename(self, event: Event) -> None:
        paths = self._paths(event)
        if event.call.startswith(("rename", "link")) and len(paths) == 2:
            source, target = paths
            if target == f"{self.root}/.git/refs/heads/main" and event.call.startswith("rename"):
                objects = f"{self.root}/.git/objects/"
                self.early += sorted(name for name in self.unsynced | self.unnamed if name.startswith(objects))
            self._appear(target)
            (self.unsynced.add if source in self.unsynced else self.unsynced.discard)(target)
            if event.call.startswith("rename"):
                self._vanish(source)
        elif event.call.startswith("unlink") and paths:
            self._vanish(paths[0])
        elif event.call == "mkdir" and paths:
            self._appear(paths[0])

    def _appear(self, path: str) -> None:
        if path not in self._names and self._is_ours(path):
            self._names.add(path)
            self.unnamed.add(path)

    def _vanish(self, path: str) -> None:
        self._names.discard(path)
        self.unsynced.discard(path)
        self.unnamed.discard(path)

    def _dirty(self, path: str) -> None:
        if self._is_ours(path):
            self.unsynced.add(path)

    def _is_ours(self, path: str) -> bool:
        return path.startswith(f"{self.root}/") and not path.endswith(" (deleted)")

    def _descriptors(self, event: Event) -> list[str]:
        return [str(_plain(match["place"])) for match in FD.finditer(event.rest.split(",", 1)[0])]

    def _paths(self, event: Event) -> list[str]:
        """The paths that a call names, whole; a name follows the descriptor of its folder."""
        rest = DONE.split(event.rest)[0]
        found, folder = [], ""
        for match in re.finditer(f"{FD.pattern}|{TEXT.pattern.replace('text', 'words')}", rest):
            if match["place"] is not None:
                folder = str(_plain(match["place"]))
            else:
                found.append(os.path.normpath(os.path.join(folder, str(_plain(match["words"])))))  # noqa: PTH118
                folder = ""
        return found

    def lose_power(self, *, zeros: bool) -> int:
        """Take from the real files what is not sure to be on the disk; returns how many were touched."""
        lost = sorted(self.unnamed, reverse=True)
        for name in lost:
            path = Path(name)
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        damaged = [Path(name) for name in self.unsynced - self.unnamed if Path(name).is_file()]
        for path in damaged:
            mode = path.stat().st_mode
            path.chmod(0o600)
            path.write_bytes(b"\0" * path.stat().st_size if zeros else b"")
            path.chmod(mode)
        return len(lost) + len(damaged)


def tracer(log: Path) -> list[str]:
    """Words before a command that write down its calls and those of its children; the tracer outlives a kill."""
    return ["strace", "-DDD", "-f", "-y", "-qq", "-o", str(log), "-e", f"trace={','.join(CALLS)}"]


def wait_for_log(log: Path) -> None:
    """Return when the tracer has written all it knows."""
    size = -1
    while size != (size := log.stat().st_size):
        time.sleep(0.2)
