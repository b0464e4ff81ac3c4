"""Settings about pushing: all that is wrong at once, and never a value that may be a secret."""

from pathlib import Path
from typing import Any

import pytest

from newsmirror.config import Config
from newsmirror.exceptions import ConfigError
from newsmirror.pushing import Pushing
from newsmirror.remotes import Remote
from newsmirror.route import Route
from tests.conftest import git

TOKEN = "ghp_Canary7Token"


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    root = tmp_path / "mirror"
    git(tmp_path, "init", "-q", "-b", "main", str(root))
    git(root, "remote", "add", "github", "https://github.com/owner/news.git")
    git(root, "remote", "add", "backup", "/srv/backup.git")
    return root


def read(repo: Path, **settings: Any) -> Pushing:
    named = {f"NEWSMIRROR_{name}": value for name, value in settings.items()}
    return Config.from_settings({"NEWSMIRROR_REPO": str(repo), **named}).pushing


def problems(repo: Path, **settings: Any) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(repo, **settings)
    return list(caught.value.problems)


def test_without_remotes_nothing_is_pushed(repo: Path) -> None:
    pushing = read(repo)

    assert (pushing.remotes, pushing.patience) == ((), 20.0)


@pytest.mark.parametrize("names", ["github,backup", " github , backup,github,", ["github", "backup"]])
def test_names_are_looked_up_in_the_working_copy(repo: Path, names: object) -> None:
    assert read(repo, REMOTES=names).remotes == (
        Remote("github", "https://github.com/owner/news.git", "https"),
        Remote("backup", "/srv/backup.git", "file"),
    )


def test_unknown_remote_and_missing_folder_are_told(repo: Path, tmp_path: Path) -> None:
    assert problems(repo, REMOTES="codeberg") == [
        "NEWSMIRROR_REMOTES names 'codeberg', which is no remote of the working copy; run git init there if it is new, "
        "then git remote add codeberg ADDRESS"
    ]
    assert "no remote of the working copy" in problems(tmp_path / "none", REMOTES="github")[0]


@pytest.mark.parametrize("names", [f"https://{TOKEN}@github.com/x", f"github,{TOKEN} x", f"-{TOKEN}", f"+{TOKEN}"])
def test_strange_name_is_not_quoted(repo: Path, names: str) -> None:
    found = problems(repo, REMOTES=names)

    assert found[0].startswith("NEWSMIRROR_REMOTES must be names of git remotes, with a comma between")
    assert TOKEN not in str(found)


@pytest.mark.parametrize(
    ("address", "says"),
    [
        (f"https://{TOKEN}@github.com/x/y", "has a user name, password or token in its address"),
        (f"https://u:{TOKEN}@github.com/x/y", "has a user name, password or token in its address"),
        ("ext::sh -c id", "has an address with spaces"),
        ("file:///srv/x.git", "has a file:// address; give the absolute path alone"),
        ("http://host.example/x", "use https"),
        ("../x.git", "no absolute path"),
        ("--upload-pack=x", "no absolute path"),
    ],
)
def test_address_is_refused_by_the_remotes_name(repo: Path, address: str, says: str) -> None:
    git(repo, "config", "remote.github.url", address)

    (problem,) = problems(repo, REMOTES="github")

    assert problem.startswith("NEWSMIRROR_REMOTES names 'github', which has")
    assert says in problem
    assert TOKEN not in problem


def test_several_addresses_and_the_working_copy_itself_are_refused(repo: Path) -> None:
    git(repo, "config", "--add", "remote.github.url", "https://github.com/owner/other.git")
    git(repo, "config", "remote.backup.url", str(repo / ".git"))

    assert problems(repo, REMOTES="github,backup") == [
        "NEWSMIRROR_REMOTES names 'github', which has several addresses; make a remote of each",
        "NEWSMIRROR_REMOTES names 'backup', which is the working copy itself; name another folder",
    ]


def test_broken_git_configuration_is_told(repo: Path) -> None:
    (repo / ".git/config").write_text("[remote\n")

    assert problems(repo, REMOTES="github") == [
        "NEWSMIRROR_REMOTES is set, but the git configuration of NEWSMIRROR_REPO cannot be read"
    ]


def test_login_comes_from_files(repo: Path, tmp_path: Path) -> None:
    for name in ("key", "hosts", "tokens"):
        (tmp_path / name).write_text("https://u:t@host\n")
        (tmp_path / name).chmod(0o600)

    login = read(
        repo, SSH_KEY=tmp_path / "key", SSH_KNOWN_HOSTS=tmp_path / "hosts", CREDENTIALS=tmp_path / "tokens"
    ).login

    assert (login.key, login.known_hosts) == (tmp_path / "key", tmp_path / "hosts")
    assert login.credentials == tmp_path / "tokens"


def test_first_usual_key_is_taken(repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".ssh").mkdir()
    for name in ("id_rsa", "id_ed25519", "id_other"):
        (tmp_path / ".ssh" / name).write_text("key")

    assert read(repo).login.key == tmp_path / ".ssh/id_ed25519"


@pytest.mark.parametrize("name", ["SSH_KEY", "SSH_KNOWN_HOSTS", "CREDENTIALS"])
def test_missing_or_awkward_file_is_refused_unquoted(repo: Path, tmp_path: Path, name: str) -> None:
    awkward = tmp_path / f'a"b%h{TOKEN}'
    awkward.touch()

    missing, strange = problems(repo, **{name: f"/{TOKEN}"}), problems(repo, **{name: awkward})

    assert missing == [f"NEWSMIRROR_{name} is no file that can be read; name an existing one"]
    assert strange == [
        f"NEWSMIRROR_{name} holds a character that ssh or git would misread; give the file a plainer name"
    ]


def test_credentials_are_for_their_owner_alone(repo: Path, tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    file.write_text(f"https://u:{TOKEN}@host\n")
    file.chmod(0o640)

    assert problems(repo, CREDENTIALS=file) == [
        "NEWSMIRROR_CREDENTIALS can be read by other users of this machine; run chmod 600 on that file"
    ]


@pytest.mark.parametrize("content", ["", "\n", TOKEN, f"https://{TOKEN}@host\n", "https://u:p@\n", "u:p@host"])
def test_credentials_have_a_form(repo: Path, tmp_path: Path, content: str) -> None:
    file = tmp_path / "tokens"
    file.write_text(content)
    file.chmod(0o600)

    assert problems(repo, CREDENTIALS=file) == [
        "NEWSMIRROR_CREDENTIALS must hold one line a host, each like https://user:token@host"
    ]


def test_pushes_go_the_way_of_the_crawl_unless_told_otherwise(repo: Path) -> None:
    through = read(repo, REMOTES="github", PROXY="http://127.0.0.1:3128").route
    own = read(repo, REMOTES="github", PROXY="http://127.0.0.1:3128", PUSH_PROXY="http://127.0.0.1:3129").route
    direct = read(repo, REMOTES="github", PROXY="http://127.0.0.1:3128", PUSH_PROXY="direct").route

    assert through is not None
    assert own is not None
    assert (through.proxy and through.proxy.port, own.proxy and own.proxy.port) == (3128, 3129)
    assert direct == Route(is_direct=True)
    assert read(repo, REMOTES="github").route is None


def test_ssh_does_not_go_around_a_proxy(repo: Path) -> None:
    git(repo, "config", "remote.github.url", "git@github.com:owner/news.git")

    assert problems(repo, REMOTES="github,backup", PROXY="http://127.0.0.1:3128") == [
        "NEWSMIRROR_REMOTES names 'github', which uses ssh and would go around the proxy; use https, or set "
        "NEWSMIRROR_PUSH_PROXY=direct"
    ]
    assert read(repo, REMOTES="github", PROXY="http://127.0.0.1:3128", PUSH_PROXY="direct").remotes
    assert problems(repo, PUSH_PROXY="ftp://x") == [
        "NEWSMIRROR_PUSH_PROXY must be an address like socks5h://127.0.0.1:9050 or http://host:8080, or direct"
    ]


@pytest.mark.parametrize("value", ["0", "601", "soon", "-1", "nan", "1e9"])
def test_timeout_is_a_number_of_seconds(repo: Path, value: str) -> None:
    assert problems(repo, PUSH_TIMEOUT=value) == ["NEWSMIRROR_PUSH_TIMEOUT must be a number of seconds from 1 to 600"]
