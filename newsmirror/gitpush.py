"""Asking, pushing to and fetching from one remote, with an end to every wait. Never with force."""

import os
import re
import selectors
import shlex
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from git.cmd import Git
from git.exc import GitCommandNotFound

from newsmirror.exceptions import PushError, RefusedError
from newsmirror.git import Repository
from newsmirror.gitconfig import safe_environment
from newsmirror.gitside import SideRepository
from newsmirror.outcome import PushResult
from newsmirror.remotes import Answer, Login, Remote, clean_words, judge_failure

COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
SAID = 100_000
"""Bytes kept of what a git command says; a remote writes a part of it."""
FETCHED = 512 * 1024 * 1024
"""Most that is fetched from a remote which is ahead; who is further behind clones anew."""
MEMORY = "256m"
"""Most that git may allocate at once while it reads what others packed."""
LINGER = 2.0
"""Seconds that processes get to remove their locks before they are killed."""
THEIRS = "refs/newsmirror/theirs"
OURS = "refs/newsmirror/ours"


@dataclass(frozen=True)
class Limits:
    """How long one remote may take; times are of `time.monotonic`."""

    patience: float
    """Seconds without a sign of life."""
    deadline: float
    """When everything with this remote has to be over."""
    stop: Callable[[], bool] = lambda: False
    """Whether the operator wants the end at once; asked ten times a second, from a thread."""


class Transport:
    """The way to one remote's branch, through a `SideRepository` of its own."""

    def __init__(self, repository: Repository, remote: Remote, login: Login, limits: Limits):
        self.remote = remote
        self.limits = limits
        self.side = SideRepository(repository, remote.name, _configuration(login, limits.patience))
        self._branch = f"refs/heads/{repository.branch}"
        self._environment = {
            "GIT_ALLOW_PROTOCOL": remote.kind, "GIT_SSH_COMMAND": login.ssh_command(limits.patience),
            "GIT_SSH_VARIANT": "ssh",
        }  # fmt: skip

    def ask(self) -> str | None:
        """The commit that the remote's branch is at, None where it has no such branch. Raises PushError."""
        end = time.monotonic() + self.limits.patience
        answer = self._run("ls-remote", "--quiet", "--", self.remote.address, self._branch, deadline=end)
        for line in answer.out.splitlines():
            commit, _, name = line.partition("\t")
            if name == self._branch and COMMIT.fullmatch(commit):
                return commit
        return None

    def push(self, commit: str) -> None:
        """Move the remote's branch forward to *commit*. Raises PushError where it does not say that it did."""
        self._run("push", "--porcelain", "--progress", "--no-verify", "--", self.remote.address,
                  f"{commit}:{self._branch}")  # fmt: skip

    def fetch(self, ours: str | None, *, room: int = FETCHED) -> str:
        """Fetch what the branch holds beyond *ours* into the side repository; returns the commit it is at.

        *room* is the most that may come, in bytes. Git checks every object. Raises PushError, also where it is too much
        or an object is not sound.
        """
        if ours:
            self.side.run("update-ref", OURS, ours)
        try:
            self._fetch(room, {"GIT_ALLOC_LIMIT": MEMORY} if ours else {})  # a whole mirror may take its memory
        except PushError as error:
            if error.result is not PushResult.BROKEN:
                raise
            raise PushError(PushResult.DIVERGED, f"what it holds cannot be fetched: {error.words}") from error
        return self.side.run("rev-parse", "--verify", f"{THEIRS}^{{commit}}")

    def _fetch(self, room: int, further: dict[str, str]) -> None:
        self._run(
            "fetch", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance", "--progress", "--",
            self.remote.address, f"+{self._branch}:{THEIRS}",
            further=further, room=room,
        )  # fmt: skip

    def _run(
        self, *words: str, deadline: float | None = None, further: dict[str, str] | None = None, room: int | None = None
    ) -> Answer:
        """What a git command said that talks to the remote. Raises PushError where it fails or takes too long."""
        try:
            process = self.side.git.execute(
                ["git", *words], as_process=True, start_new_session=True, env=self._environment | (further or {})
            )
        except GitCommandNotFound as error:
            raise PushError(PushResult.BROKEN, "the git program is missing; install git") from error
        listener = _Listener(process, self.limits, deadline or self.limits.deadline)
        full = (lambda: self.side.bytes_fetched() > room) if room else (lambda: False)
        answer = listener.listen(full)
        if answer.status:
            raise PushError(*judge_failure(answer))
        return answer


class _Listener:
    """Reads what one process group says, and ends it when it has to end."""

    def __init__(self, process: Git.AutoInterrupt, limits: Limits, deadline: float):
        self._process, self._limits, self._deadline = process, limits, min(deadline, limits.deadline)
        self._said: dict[int, bytes] = {process.stdout.fileno(): b"", process.stderr.fileno(): b""}

    def listen(self, is_full: Callable[[], bool]) -> Answer:
        last = time.monotonic()
        try:
            with selectors.DefaultSelector() as selector:
                for descriptor in self._said:
                    os.set_blocking(descriptor, False)
                    selector.register(descriptor, selectors.EVENT_READ)
                while not self._is_over():
                    if self._read(selector, 0.1 if selector.get_map() else 0.005):
                        last = time.monotonic()
                    self._check(last, is_full)
                while self._read(selector, 0):
                    pass
        finally:
            status = self._end()
        out, err = (said.decode("utf-8", "replace") for said in self._said.values())
        return Answer(status, out, err)

    def _read(self, selector: selectors.BaseSelector, wait: float) -> bool:
        """Take in what was said; returns whether anything was."""
        heard = False
        for key, _ in selector.select(wait):
            try:
                data = os.read(key.fd, 65536)
            except BlockingIOError:
                continue
            if not data:
                selector.unregister(key.fd)
                continue
            heard = True
            self._said[key.fd] = (self._said[key.fd] + data)[-SAID:]
        return heard

    def _check(self, last: float, is_full: Callable[[], bool]) -> None:
        now = time.monotonic()
        if self._limits.stop():
            raise PushError(PushResult.STOPPED)
        if now - last > self._limits.patience or now > self._deadline:
            words = clean_words(self._said_last())
            raise PushError(PushResult.SILENT, words)
        if is_full():
            raise PushError(
                PushResult.DIVERGED, "it holds more that is not here than is fetched at once; clone it anew"
            )

    def _said_last(self) -> str:
        """The last line of the error stream: how far it came."""
        lines = re.split(r"[\r\n]+", list(self._said.values())[1].decode("utf-8", "replace").strip())
        return lines[-1]

    def _is_over(self) -> bool:
        """Whether the command itself has ended; its processes are not reaped, so that their group stays ours."""
        return os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def _end(self) -> int:
        """End what is left of the process group: politely, then by force. Returns git's status."""
        group = self._process.pid
        if not self._is_over():
            self._signal(group, signal.SIGTERM)
            end = time.monotonic() + LINGER
            while time.monotonic() < end and not self._is_closed():
                time.sleep(0.02)
        self._signal(group, signal.SIGKILL)
        popen = self._process.proc
        assert popen
        assert popen.stdout
        assert popen.stderr
        status = popen.wait()
        popen.stdout.close()
        popen.stderr.close()
        return int(status)

    def _signal(self, group: int, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(group, number)

    def _is_closed(self) -> bool:
        """Whether nobody holds the error stream any more: then every process of the group has ended."""
        try:
            return not os.read(self._process.stderr.fileno(), 65536)
        except BlockingIOError:
            return False


def _configuration(login: Login, patience: float) -> dict[str, str]:
    """Configuration for git while it talks to remotes."""
    chosen = {
        "credential.helper": "",
        "fetch.fsckObjects": "true",
        "http.followRedirects": "false",
        "http.lowSpeedLimit": "1000",
        "http.lowSpeedTime": str(max(int(patience), 1)),
        "http.sslVerify": "true",
        "transfer.credentialsInUrl": "die",
    }
    if login.credentials:
        # Asked only: after an answer 401 git would tell the helper to erase the operator's line.
        store = f"git credential-store --file={shlex.quote(str(login.credentials))}"
        chosen["credential.helper"] = f'!f() {{ test "$1" = get && exec {store} get; }}; f'
    if authorities := os.environ.get("SSL_CERT_FILE"):
        chosen["http.sslCAInfo"] = str(Path(authorities).absolute())
    return chosen


def read_remote_addresses(root: Path) -> dict[str, list[str]]:
    """Where a working copy's own configuration says to push to, by remote; empty where there is none.

    Included files count as little as the operator's or the system's configuration. Raises RefusedError where
    git cannot read the file.
    """
    file = root / ".git" / "config"
    if not file.is_file():
        return {}
    git = Git()
    git.update_environment(**safe_environment())
    command = [
        "git",
        "config",
        "--file",
        str(file),
        "--no-includes",
        "--null",
        "--get-regexp",
        r"^remote\..*\.(push)?url$",
    ]
    status, out, _ = git.execute(command, with_extended_output=True, with_exceptions=False)
    if status not in (0, 1):
        raise RefusedError("git cannot read the configuration of the working copy")
    found: dict[str, dict[str, list[str]]] = {}
    for entry in str(out).split("\0"):
        key, _, address = entry.partition("\n")
        name, _, kind = key.removeprefix("remote.").rpartition(".")
        found.setdefault(name, {}).setdefault(kind, []).append(address)
    return {name: kinds.get("pushurl") or kinds.get("url", []) for name, kinds in found.items() if name}
