"""The settings about pushing: which remotes, with which login, how patiently. All problems at once."""

import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from newsmirror.exceptions import RefusedError
from newsmirror.gitpush import read_remote_addresses
from newsmirror.remotes import Login, Remote, find_name_fault, read_address
from newsmirror.route import Route, read_route

PATIENCE = 20.0
USUAL_KEYS = ("id_ed25519", "id_ecdsa", "id_rsa")
AWKWARD = set("%\"'\\$`\n\r\x00")
"""Characters that ssh or a shell read as something else, kept out of file names that we hand to them."""
Refuse = Callable[[str, str], None]


@dataclass(frozen=True)
class Pushing:
    """Where to push, how to log in, and how many seconds a remote may be silent."""

    remotes: tuple[Remote, ...] = ()
    login: Login = field(default_factory=Login)
    patience: float = PATIENCE
    route: Route | None = None
    """A proxy for https, or that there is none; None: the environment tells, where it names one."""


def read_pushing(text: Callable[[str], str], refuse: Refuse, repo: Path) -> Pushing:
    """Read the settings; *text* gives a setting's value, *refuse* takes (setting, what is wrong).

    No value is quoted in a problem: somebody may have put a token in the wrong place.
    """
    names = tuple(dict.fromkeys(filter(None, (name.strip() for name in text("REMOTES").split(",")))))
    remotes = _remotes(names, refuse, repo)
    login = Login(
        key=_file(text("SSH_KEY"), "SSH_KEY", refuse) or _usual_key(),
        known_hosts=_file(text("SSH_KNOWN_HOSTS"), "SSH_KNOWN_HOSTS", refuse),
        credentials=_credentials(text("CREDENTIALS"), refuse),
    )
    route = _route(text, refuse)
    if route and route.proxy:
        for remote in (remote for remote in remotes if remote.kind == "ssh"):
            refuse("REMOTES", f"names '{remote.name}', which uses ssh and would go around the proxy; use https, or set "
                              "NEWSMIRROR_PUSH_PROXY=direct")  # fmt: skip
    return Pushing(remotes, login, _patience(text("PUSH_TIMEOUT"), refuse), route)


def _route(text: Callable[[str], str], refuse: Refuse) -> Route | None:
    """The way of pushes: their own setting, else that of the requests to the source, so that nothing goes around."""
    if value := text("PUSH_PROXY"):
        route = read_route(lambda name: value if name == "PROXY" else "", lambda _, what: refuse("PUSH_PROXY", what))
    else:
        route = read_route(text, lambda *_: None)
    return route if route.proxy or route.is_direct else None


def _remotes(names: tuple[str, ...], refuse: Refuse, repo: Path) -> tuple[Remote, ...]:
    for name in names:
        if fault := find_name_fault(name):
            refuse("REMOTES", fault)
            return ()
    if not names:
        return ()
    try:
        known = read_remote_addresses(repo)
    except RefusedError:
        refuse("REMOTES", "is set, but the git configuration of NEWSMIRROR_REPO cannot be read")
        return ()
    found = [_remote(name, known.get(name, []), refuse, repo) for name in names]
    return tuple(remote for remote in found if remote)


def _remote(name: str, addresses: list[str], refuse: Refuse, repo: Path) -> Remote | None:
    if not addresses:
        refuse("REMOTES", f"names '{name}', which is no remote of the working copy; run git init there if it is new, "
                          f"then git remote add {name} ADDRESS")  # fmt: skip
        return None
    if len(addresses) > 1:
        refuse("REMOTES", f"names '{name}', which has several addresses; make a remote of each")
        return None
    try:
        remote = read_address(name, addresses[0])
    except ValueError as error:
        refuse("REMOTES", f"names '{name}', which {error}")
        return None
    if remote.kind == "file" and Path(remote.address).resolve() in (repo.resolve(), (repo / ".git").resolve()):
        refuse("REMOTES", f"names '{name}', which is the working copy itself; name another folder")
        return None
    return remote


def _file(value: str, name: str, refuse: Refuse) -> Path | None:
    """A file that can be read, as an absolute path."""
    if not value:
        return None
    path = Path(value).expanduser().absolute()
    if AWKWARD & set(value):
        refuse(name, "holds a character that ssh or git would misread; give the file a plainer name")
        return None
    try:
        with path.open("rb"):
            return path
    except OSError:
        refuse(name, "is no file that can be read; name an existing one")
        return None


def _usual_key() -> Path | None:
    """The key that ssh itself would try first; a single one, because hosts count failed tries."""
    try:
        folder = Path.home() / ".ssh"
    except RuntimeError:  # no home, no keys
        return None
    return next((folder / name for name in USUAL_KEYS if (folder / name).is_file()), None)


def _credentials(value: str, refuse: Refuse) -> Path | None:
    path = _file(value, "CREDENTIALS", refuse)
    if path is None:
        return None
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        refuse("CREDENTIALS", "can be read by other users of this machine; run chmod 600 on that file")
    lines = [line for line in path.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    if not lines or not all(map(_is_credential, lines)):
        refuse("CREDENTIALS", "must hold one line a host, each like https://user:token@host")
    return path


def _is_credential(line: str) -> bool:
    try:
        parts = urlsplit(line)
        return bool(parts.scheme in ("https", "http") and parts.hostname and parts.username and parts.password)
    except ValueError:
        return False


def _patience(value: str, refuse: Refuse) -> float:
    if not value:
        return PATIENCE
    try:
        seconds = float(value)
    except ValueError:
        seconds = 0
    if not 1 <= seconds <= 600:
        refuse("PUSH_TIMEOUT", "must be a number of seconds from 1 to 600")
        return PATIENCE
    return seconds
