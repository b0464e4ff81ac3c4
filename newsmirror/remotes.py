"""Where commits are pushed to: names and addresses of remotes, what is allowed in them, how a push ended. Pure."""

import re
import shlex
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from newsmirror.outcome import PushResult

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
NAME = re.compile(r"(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._-]{0,63}(?<!\.lock)(?<!\.)")
HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])"
SSH_FORM = re.compile(rf"ssh://(?:[A-Za-z0-9_][\w.-]*@)?{HOST}(?::\d{{1,5}})?/[^-@\s][^@\s]*", re.ASCII)
SCP_FORM = re.compile(rf"(?:[A-Za-z0-9_][\w.-]*@)?{HOST}:(?!:|//)[^-@\s][^@\s]*", re.ASCII)
"""``git@host:owner/mirror.git``: what hosts print for ssh."""


@dataclass(frozen=True)
class Remote:
    """One place to push to; the address holds no secret."""

    name: str
    address: str
    kind: str
    """Git's name of the way there: ``https``, ``ssh``, ``file`` (a local path) or ``http`` (on loopback only)."""


@dataclass(frozen=True)
class Login:
    """Files that hold what an operator logs in with; no secret ever is a value of ours."""

    key: Path | None = None
    """Private key for ssh; None: the first usual one in ``~/.ssh``."""
    known_hosts: Path | None = None
    """Host keys for ssh; None: ``~/.ssh/known_hosts``."""
    credentials: Path | None = None
    """User names and tokens for https, one ``https://user:token@host`` a line."""

    def ssh_command(self, patience: float) -> str:
        """The command line for ssh: one key, no agent, known hosts only, never a question, no configuration file."""
        options = [
            "BatchMode=yes", "IdentitiesOnly=yes", "IdentityAgent=none", "StrictHostKeyChecking=yes",
            "UpdateHostKeys=no", "ForwardAgent=no", "ForwardX11=no", "ControlMaster=no", "ControlPath=none",
            f"ConnectTimeout={max(int(patience), 1)}", "ServerAliveInterval=15", "ServerAliveCountMax=3",
        ]  # fmt: skip
        if self.known_hosts:
            options.append(f'UserKnownHostsFile="{self.known_hosts}"')
        words = ["ssh", "-F", "none", *(word for option in options for word in ("-o", option))]
        return shlex.join([*words, "-i", str(self.key)] if self.key else words)


@dataclass(frozen=True)
class RemotePush:
    """What became of one remote in a run."""

    name: str
    result: PushResult
    words: str = ""
    """What the remote or git said, one line without secrets; empty where the result says it all."""
    confirmed: str | None = None
    """The newest commit of ours that the remote was asked for and held, in this run or an earlier one."""
    confirmed_at: datetime | None = None

    @property
    def sentence(self) -> str:
        """The result in words for logs and monitors."""
        return f"{self.result.sentence} ({self.words})" if self.words else self.result.sentence


def find_name_fault(name: str) -> str | None:
    """What is wrong with a remote's name; None where it is fit. The name itself is never in the answer."""
    if NAME.fullmatch(name):
        return None
    return "must be names of git remotes, with a comma between; use letters, digits, '.', '_' and '-'"


def read_address(name: str, address: str) -> Remote:
    """The remote behind an address. Raises ValueError with what is wrong, which never quotes the address."""
    if address.startswith("/"):
        if re.search(r"[\x00-\x1f\x7f]", address):
            raise ValueError("has an address with control characters")
        return Remote(name, address, "file")
    if re.search(r"[\s\x00-\x1f\x7f\\]", address):
        raise ValueError("has an address with spaces, backslashes or control characters")
    if re.match(r"[A-Za-z][\w+.-]*://", address):
        return _read_url(name, address)
    if SCP_FORM.fullmatch(address):
        return Remote(name, address, "ssh")
    raise ValueError("has an address that is no https or ssh address and no absolute path")


def _read_url(name: str, address: str) -> Remote:
    kind = address.split("://", 1)[0].lower()
    if kind == "file":
        raise ValueError("has a file:// address; give the absolute path alone")
    if kind not in ("https", "http", "ssh"):
        raise ValueError("has an address that is no https or ssh address and no absolute path")
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError("has an address that cannot be read") from error
    if parts.password is not None or (kind != "ssh" and "@" in parts.netloc):
        raise ValueError("has a user name, password or token in its address; take it out and name a file with "
                         "NEWSMIRROR_CREDENTIALS")  # fmt: skip
    if parts.query or parts.fragment:
        raise ValueError("has an address with '?' or '#'")
    if kind == "ssh":
        if not SSH_FORM.fullmatch(address):
            raise ValueError("has an ssh address that is not of the form ssh://git@host/path")
        return Remote(name, address, "ssh")
    if not host or not re.fullmatch(rf"{HOST}(?::\d{{1,5}})?", parts.netloc) or len(parts.path) < 2:
        raise ValueError("has an address that cannot be read")
    if kind == "http" and host not in LOOPBACK:
        raise ValueError("has an http:// address; use https (plain http is allowed on loopback only)")
    return Remote(name, address, kind)


def clean_words(text: str) -> str:
    """What git or a remote said, on one short line, without secrets, local paths and control characters.

    The user part of an address is cut: a token may stand there (git masks the password only).
    """
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)
    text = " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", " ", text).split())
    text = re.sub(r"://[^/@\s'\"]*@", "://", text)
    text = re.sub(r"(?<![\w:/.])/(?:[^\s/'\":]+/)*[^\s/'\":,;]+", "…", text)
    return text[:240]


@dataclass(frozen=True)
class Answer:
    """What a finished git command said."""

    status: int
    out: str
    err: str


DENIED_WORDS = re.compile(
    r"could not read (?:Username|Password)|Authentication failed|Permission denied|returned error: 40[13]"
    r"|Host key verification failed|Too many authentication failures|access denied|Unauthorized|Invalid username or",
    re.IGNORECASE,
)
UNREACHABLE_WORDS = re.compile(
    r"Could not resolve|Failed to connect|Connection refused|unable to access|Could not read from remote"
    r"|does not appear to be a git repository|not found|Connection (?:closed|reset|timed out)|unable to connect"
    r"|early EOF|hung up|Network is unreachable|No route to host|RPC failed|SSL|certificate|too slow|protocol error"
    r"|dubious ownership",
    re.IGNORECASE,
)
RACED_WORDS = re.compile(r"fetch first|non-fast-forward|stale info|but expected|failed to update ref")
PROGRESS = re.compile(r"hint:|To |From |Pushing to|(?:remote: )?(?:[A-Z]\w+ \w+: +\d|Enumerating objects|Total \d)")
LOCK_LEFT = re.compile(r"\.lock': File exists")


def judge_failure(answer: Answer) -> tuple[PushResult, str]:
    """What a git command that failed on a remote says about it, and the remote's words."""
    for line in answer.out.splitlines():
        if line.startswith("!"):
            reason = line.split("\t")[-1]
            said = " ".join(
                line.removeprefix("remote:").strip() for line in _lines(answer.err) if line[:7] == "remote:"
            )
            raced = RACED_WORDS.search(reason) and not LOCK_LEFT.search(answer.err)
            return PushResult.RACED if raced else PushResult.REJECTED, clean_words(f"{reason} {said}")
    words = clean_words(_telling_lines(answer.err))
    if DENIED_WORDS.search(answer.err):
        return PushResult.DENIED, words
    return PushResult.UNREACHABLE if UNREACHABLE_WORDS.search(answer.err) else PushResult.BROKEN, words


def _lines(text: str) -> list[str]:
    """Lines as a terminal would show them in the end, without progress and advice."""
    lines = (line.rstrip().rsplit("\r", 1)[-1].strip() for line in text.split("\n"))
    return [line for line in lines if line and not PROGRESS.match(line)]


def _telling_lines(text: str) -> str:
    """The lines of git's words that say why, all where none does."""
    lines = _lines(text)
    telling = [line for line in lines if re.match(r"fatal:|error:|remote:|ssh:|.*(?:denied|failed|refused)", line)]
    return " ".join(dict.fromkeys((telling or lines)[:4]))
