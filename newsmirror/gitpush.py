"""Asking, pushing to and fetching from one remote, with an end to every wait. Never with force."""

import os
import re
import shlex
import time
from pathlib import Path
from typing import Self
from urllib.parse import quote

from git.cmd import Git
from git.exc import GitCommandNotFound

from newsmirror.durable import writing
from newsmirror.exceptions import PushError, RefusedError
from newsmirror.git import Repository
from newsmirror.gitconfig import safe_environment
from newsmirror.gitside import SideRepository
from newsmirror.outcome import PushResult
from newsmirror.procgroup import Limits, Listener
from newsmirror.remotes import Answer, Login, Remote, judge_failure
from newsmirror.route import VARIABLES, Proxy, Route
from newsmirror.stale import remove_old

COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
FETCHED = 512 * 1024 * 1024
"""Most that is fetched from a remote which is ahead; who is further behind clones anew."""
MEMORY = "256m"
"""Most that git may allocate at once while it reads what others packed."""
PROXY_VARIABLES = tuple(form(name) for name in (*VARIABLES, "no_proxy") for form in (str.lower, str.upper))
THEIRS = "refs/newsmirror/theirs"
OURS = "refs/newsmirror/ours"


class Transport:
    """The way to one remote's branch, through a `SideRepository` of its own."""

    def __init__(
        self, repository: Repository, remote: Remote, login: Login, limits: Limits, *, route: Route | None = None
    ):
        """*route* tells of a proxy for https; None: the environment does, where it names one."""
        self.remote = remote
        self.limits = limits
        self._proxy = route.proxy if route else None
        place = repository.private / "side" / f"{remote.name}.proxy"
        further = _configuration(login, limits.patience) | _proxy_configuration(self._proxy, place)
        self.side = SideRepository(repository, remote.name, further)
        self._secret = place if self._proxy and self._proxy.user else None
        self._branch = f"refs/heads/{repository.branch}"
        self._environment = {
            "GIT_ALLOW_PROTOCOL": remote.kind, "GIT_SSH_COMMAND": login.ssh_command(limits.patience),
            "GIT_SSH_VARIANT": "ssh",
        }  # fmt: skip
        if route and (route.proxy or route.is_direct):
            self._environment |= dict.fromkeys(PROXY_VARIABLES, "")

    def __enter__(self) -> Self:
        self.side.__enter__()
        if self._secret and self._proxy:
            with writing("the folder .git/newsmirror"):
                _write_secret(self._secret, self._proxy)
        return self

    def __exit__(self, *error: object) -> None:
        if self._secret:
            self._secret.unlink(missing_ok=True)
        self.side.__exit__()

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
        if self.remote.kind == "file":
            remove_old(Path(self.remote.address), self._branch.removeprefix("refs/heads/"))
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
        listener = Listener(process, self.limits, deadline or self.limits.deadline)
        full = (lambda: self.side.bytes_fetched() > room) if room else (lambda: False)
        answer = listener.listen(full)
        if answer.status:
            raise PushError(*judge_failure(answer))
        return answer


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
        chosen["credential.helper"] = _helper(login.credentials)
    if authorities := os.environ.get("SSL_CERT_FILE"):
        chosen["http.sslCAInfo"] = str(Path(authorities).absolute())
    return chosen


def _helper(file: Path) -> str:
    """A credential helper that reads a file and is asked only: after a 401 git would tell it to erase the line."""
    store = f"git credential-store --file={shlex.quote(str(file))}"
    return f'!f() {{ test "$1" = get && exec {store} get; }}; f'


def _proxy_configuration(proxy: Proxy | None, secret: Path) -> dict[str, str]:
    """The proxy for git, its password in the file *secret*: an address would show it in the processes' environment."""
    if proxy is None:
        return {}
    if proxy.user is None:
        return {"http.proxy": _proxy_address(proxy)}
    address = _proxy_address(proxy, f"{quote(proxy.user, safe='')}@")
    return {"http.proxy": address, f"credential.{_proxy_address(proxy)}.helper": _helper(secret)}


def _proxy_address(proxy: Proxy, user: str = "") -> str:
    """As git and curl read it: socks5h lets the proxy resolve names, which is how we mean it."""
    return proxy.url.replace("socks5://", "socks5h://").replace("://", f"://{user}")


def _write_secret(file: Path, proxy: Proxy) -> None:
    line = _proxy_address(proxy, f"{quote(proxy.user or '', safe='')}:{quote(proxy.password, safe='')}@")
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
        stream.write(f"{line}\n")


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
