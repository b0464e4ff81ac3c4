"""Addresses of remotes, and what is made of git's words."""

import shlex
from pathlib import Path

import pytest

from newsmirror.outcome import Outcome, PushResult, judge_pushes
from newsmirror.remotes import Answer, Login, RemotePush, clean_words, find_name_fault, judge_failure, read_address

DOCS = Path(__file__).resolve().parent.parent / "docs"
TOKEN = "ghp_Canary7Token"


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("https://github.com/owner/news.git", "https"),
        ("https://git.example.org:8443/owner/news", "https"),
        ("http://127.0.0.1:8080/news.git", "http"),
        ("http://localhost/news.git", "http"),
        ("ssh://git@codeberg.org/owner/news.git", "ssh"),
        ("ssh://git@host.example:2222/~owner/news.git", "ssh"),
        ("ssh://[::1]:22/srv/news.git", "ssh"),
        ("git@gitee.com:owner/news.git", "ssh"),
        ("host.example:news.git", "ssh"),
        ("git@host:/srv/news.git", "ssh"),
        ("/srv/backup/news.git", "file"),
        ("/srv/备份 2/news.git", "file"),
    ],
)
def test_address_that_is_allowed(address: str, kind: str) -> None:
    remote = read_address("origin", address)

    assert (remote.address, remote.kind) == (address, kind)


@pytest.mark.parametrize(
    "address",
    [
        "", " ", "news.git", "./news.git", "../news.git", "~/news.git", "-x", "--upload-pack=touch /tmp/x",
        "ext::sh -c touch% /tmp/x", "fd::17", "ext::https://host/x", "testgit::https://host/x", "file:///srv/news.git",
        "FILE:///srv/news.git", "git://host/news.git", "git+ssh://git@host/news.git", "ftp://host/news.git",
        "http://github.com/owner/news.git", "http://127.0.0.1.example/news.git", "http://127.0.0.1@evil.example/x.git",
        "ssh://-oProxyCommand=x/news.git", "ssh://git@-oProxyCommand=x/news.git", "-oProxyCommand=x:news.git",
        "git@-oProxyCommand=x:news.git", "host:-x", "ssh://host/-x", "ssh://host", "ssh://host/",
        f"https://{TOKEN}@github.com/owner/news.git", f"https://user:{TOKEN}@github.com/owner/news.git",
        f"https://@github.com/{TOKEN}", f"https://github.com/owner/news.git?private_token={TOKEN}",
        f"https://github.com/owner/news.git#{TOKEN}", f"ssh://git:{TOKEN}@host/news.git",
        f"git:{TOKEN}@host:news.git", "https://github.com", "https://github.com/", "https:///owner/news.git",
        "https://host:99999/x", "https://host:port/x", "https://[::1/x", "https://ho st/x", "https://host\\@evil/x",
        "https://host/x\n--force", "/srv/news\n.git", "https://-host/x", "https://host%0a/x", "host::news.git",
    ],
)  # fmt: skip
def test_address_that_is_refused_without_being_quoted(address: str) -> None:
    with pytest.raises(ValueError, match=r"^has ") as caught:
        read_address("origin", address)

    assert TOKEN not in str(caught.value)
    assert f"NEWSMIRROR_REMOTES names '…', which {caught.value}`" in (DOCS / "settings.md").read_text(encoding="utf-8")
    assert len(address) < 4 or address not in str(caught.value)


@pytest.mark.parametrize("name", ["origin", "github", "Code_Berg-2", "a", "x.y"])
def test_name_that_is_allowed(name: str) -> None:
    assert find_name_fault(name) is None


@pytest.mark.parametrize(
    "name",
    ["", "-x", "--foo", "a..b", "x.lock", "a b", "a\nb", "+main", ":main", "a/b", "x.", ".x", "a" * 65, "远程",
     "https://host/x", "@{u}", "a~1", "a^", "a:b", "a?b", "a*b", "a[b", "a\\b", "$HOME", "%n", "a\x7f"],
)  # fmt: skip
def test_name_that_is_refused(name: str) -> None:
    fault = find_name_fault(name)

    assert fault
    assert len(name) < 4 or name not in fault


def test_ssh_command_offers_one_key_and_asks_nothing() -> None:
    login = Login(key=Path("/keys/mirror key"), known_hosts=Path("/keys/known hosts"))

    words = shlex.split(login.ssh_command(20))

    assert words[:3] == ["ssh", "-F", "none"]
    assert words[-2:] == ["-i", "/keys/mirror key"]
    options = set(words[4::2])
    assert {"BatchMode=yes", "IdentitiesOnly=yes", "IdentityAgent=none", "StrictHostKeyChecking=yes"} <= options
    assert 'UserKnownHostsFile="/keys/known hosts"' in options
    assert "ConnectTimeout=20" in options


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (f"fatal: could not read Password for 'https://{TOKEN}@github.com': terminal prompts disabled",
         "fatal: could not read Password for 'https://github.com': terminal prompts disabled"),
        (f"fatal: unable to access 'https://u:{TOKEN}@h/x.git/': no", "fatal: unable to access 'https://h/x.git/': no"),
        ("fatal: '/home/wang/secret/x.git' does not appear to be a git repository",
         "fatal: '…' does not appear to be a git repository"),
        ("remote: \x1b[31mno\x1b[0m\r\n\x07 way\u202e", "remote: no way"),
        ("a" * 500, "a" * 240),
    ],
)  # fmt: skip
def test_words_lose_secrets_paths_and_control_characters(said: str, kept: str) -> None:
    assert clean_words(said) == kept


@pytest.mark.parametrize(
    ("out", "err", "result"),
    [
        ("!\tx:refs/heads/main\t[rejected] (fetch first)\n", "", PushResult.RACED),
        ("!\tx:refs/heads/main\t[rejected] (non-fast-forward)\n", "", PushResult.RACED),
        ("!\tx:refs/heads/main\t[remote rejected] (pre-receive hook declined)\n", "remote: too large\n",
         PushResult.REJECTED),
        ("!\tx:refs/heads/main\t[remote rejected] (failed to update ref)\n",
         "remote: error: cannot lock ref: Unable to create '/x/main.lock': File exists.\n", PushResult.REJECTED),
        ("", "git@h: Permission denied (publickey).\nfatal: Could not read from remote repository.\n",
         PushResult.DENIED),
        ("", "fatal: Authentication failed for 'https://h/x.git/'\n", PushResult.DENIED),
        ("", "Host key verification failed.\nfatal: Could not read from remote repository.\n", PushResult.DENIED),
        ("", "fatal: unable to access 'https://h/x.git/': Could not resolve host: h\n", PushResult.UNREACHABLE),
        ("", "fatal: unable to access 'https://h/x/': SSL certificate problem\n", PushResult.UNREACHABLE),
        ("", "ssh: connect to host h port 22: Connection refused\n", PushResult.UNREACHABLE),
        ("", "fatal: bad object 1234\n", PushResult.BROKEN),
    ],
)  # fmt: skip
def test_failure_is_judged_by_what_git_says(out: str, err: str, result: PushResult) -> None:
    assert judge_failure(Answer(1, out, err))[0] is result


def test_line_that_says_why_is_found_among_progress() -> None:
    err = "remote: Counting objects:  50% (1/2)\rremote: Counting objects: 100% (2/2), done.\r\n"
    err += "No ED25519 host key is known for h.\r\nHost key verification failed.\r\nfatal: Could not read.\n"

    assert judge_failure(Answer(128, "", err)) == (
        PushResult.DENIED,
        "Host key verification failed. fatal: Could not read.",
    )


def test_words_of_a_rejecting_hook_are_kept() -> None:
    out = "To https://h/x.git\n!\tx:refs/heads/main\t[remote rejected] (pre-receive hook declined)\nDone\n"
    err = "Writing objects:  50% (1/2)\rWriting objects: 100% (2/2), done.\n"
    err += "remote: Resolving deltas:  50% (1/2)\x1b[K\rremote: Resolving deltas: "
    err += "100% (2/2), completed with 1 local object.\x1b[K\nremote: quota exceeded, ask the owner\n"

    result, words = judge_failure(Answer(1, out, err))

    assert RemotePush("github", result, words).sentence == (
        "the remote does not take the commit ([remote rejected] (pre-receive hook declined) "
        "quota exceeded, ask the owner)"
    )


@pytest.mark.parametrize(
    ("outcome", "results", "after"),
    [
        (Outcome.PUBLISHED, [PushResult.PUSHED, PushResult.CURRENT], Outcome.PUBLISHED),
        (Outcome.PUBLISHED, [], Outcome.PUBLISHED),
        (Outcome.NOTHING_NEW, [PushResult.PUSHED, PushResult.SILENT], Outcome.PARTLY_PUSHED),
        (Outcome.PUBLISHED, [PushResult.REJECTED, PushResult.UNCONFIRMED], Outcome.NOT_PUSHED),
        (Outcome.LAYOUT_CHANGED, [PushResult.REJECTED], Outcome.LAYOUT_CHANGED),
        (Outcome.INTERRUPTED, [PushResult.STOPPED], Outcome.INTERRUPTED),
    ],
)
def test_outcome_after_the_pushes(outcome: Outcome, results: list[PushResult], after: Outcome) -> None:
    assert judge_pushes(outcome, results) is after
