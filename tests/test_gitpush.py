"""One remote at a time: what git does to it, what it does to git, and that every wait ends."""

import os
import random
import shutil
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from newsmirror.exceptions import PushError
from newsmirror.git import Repository
from newsmirror.gitpush import Transport, read_remote_addresses
from newsmirror.outcome import PushResult
from newsmirror.procgroup import Limits
from newsmirror.remotes import Login, read_address
from newsmirror.route import Proxy, Route
from newsmirror.stale import OLD
from tests.conftest import closed_port, git
from tests.githost import GitHost, SshHost, make_bare, none_left, set_hook, tar_pit, tip_of
from tests.hostile.ca import BAD, Authority

Open = Callable[..., Transport]


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A working copy with one commit."""
    root = tmp_path / "work"
    root.mkdir()
    Repository.create(root, "main")
    add_commit(root, "one")
    return root


def add_commit(root: Path, text: str) -> str:
    (root / "README.md").write_text(text)
    git(root, "add", "README.md")
    git(root, "-c", "user.name=a", "-c", "user.email=a@b.example", "commit", "-qm", "x")
    return git(root, "rev-parse", "HEAD")


@pytest.fixture
def connect(work: Path) -> Iterator[Open]:
    """Opens the way to an address; closed at the end of the test."""
    opened: list[Transport] = []

    def connect(
        address: str | Path,
        *,
        patience: float = 60,
        login: Login | None = None,
        route: Route | None = None,
        **limits: object,
    ) -> Transport:
        remote = read_address("origin", str(address))
        chosen = Limits(patience, time.monotonic() + 300, **limits)  # type: ignore[arg-type]
        transport = Transport(Repository(work, "main"), remote, login or Login(), chosen, route=route)
        opened.append(transport)
        return transport.__enter__()

    yield connect
    for transport in opened:
        transport.__exit__()


def refused(step: Callable[[], object]) -> PushError:
    with pytest.raises(PushError) as caught:
        step()
    return caught.value


def test_push_to_a_local_folder_arrives(work: Path, connect: Open, tmp_path: Path) -> None:
    far = make_bare(tmp_path / "备份 far.git")
    transport = connect(far)
    tip = git(work, "rev-parse", "HEAD")

    before = transport.ask()
    transport.push(tip)

    assert before is None
    assert transport.ask() == tip == tip_of(far)
    assert git(far, "fsck", "--strict") == ""


def test_push_never_goes_back_or_aside(work: Path, connect: Open, tmp_path: Path) -> None:
    far = make_bare(tmp_path / "far.git")
    transport = connect(far)
    first = git(work, "rev-parse", "HEAD")
    transport.push(add_commit(work, "two"))
    kept = tip_of(far)
    git(work, "reset", "-q", "--hard", first)

    back = refused(lambda: transport.push(first))
    aside = refused(lambda: transport.push(add_commit(work, "other")))

    assert (back.result, aside.result) == (PushResult.RACED, PushResult.RACED)
    assert tip_of(far) == kept


def test_hook_that_rejects_is_quoted(work: Path, connect: Open, tmp_path: Path) -> None:
    far = make_bare(tmp_path / "far.git", pre_receive="echo 'quota exceeded' >&2; exit 1")

    error = refused(lambda: connect(far).push(git(work, "rev-parse", "HEAD")))

    assert error.result is PushResult.REJECTED
    assert "pre-receive hook declined" in error.words
    assert "quota exceeded" in error.words
    assert tip_of(far) is None


def test_protected_branch_is_rejected(work: Path, connect: Open, tmp_path: Path) -> None:
    far = make_bare(tmp_path / "far.git", update='test "$1" != refs/heads/main')

    assert refused(lambda: connect(far).push(git(work, "rev-parse", "HEAD"))).result is PushResult.REJECTED


def test_lock_that_was_left_is_no_race(work: Path, connect: Open, tmp_path: Path) -> None:
    far = make_bare(tmp_path / "far.git")
    (far / "refs/heads/main.lock").touch()

    assert refused(lambda: connect(far).push(git(work, "rev-parse", "HEAD"))).result is PushResult.REJECTED


def test_old_lock_of_a_push_that_was_killed_is_removed_from_a_folder(work: Path, connect: Open, tmp_path: Path) -> None:
    far, tip = make_bare(tmp_path / "far.git"), git(work, "rev-parse", "HEAD")
    (far / "refs/heads/main.lock").touch()
    os.utime(far / "refs/heads/main.lock", (time.time() - OLD - 60,) * 2)

    connect(far).push(tip)

    assert tip_of(far) == tip


@pytest.mark.parametrize("form", ["https://127.0.0.1:{}/x.git", "ssh://git@127.0.0.1:{}/x.git", "/nowhere/{}.git"])
def test_nobody_there_is_unreachable(connect: Open, form: str) -> None:
    assert refused(connect(form.format(closed_port())).ask).result is PushResult.UNREACHABLE


def test_unknown_host_is_unreachable(connect: Open) -> None:
    error = refused(connect("https://no-such-host.invalid/x.git").ask)

    assert error.result is PushResult.UNREACHABLE
    assert "Could not resolve host" in error.words


@pytest.mark.parametrize("form", ["https://127.0.0.1:{}/x.git", "http://127.0.0.1:{}/x.git", "ssh://127.0.0.1:{}/x"])
def test_silence_ends_in_time_and_leaves_no_process(connect: Open, form: str) -> None:
    with tar_pit() as port:
        start = time.monotonic()
        error = refused(connect(form.format(port), patience=1).ask)

        assert error.result is PushResult.SILENT
        assert time.monotonic() - start < 60  # git itself would wait for ever
        assert none_left(f"127.0.0.1:{port}")


def test_hook_that_sleeps_ends_in_time_and_leaves_no_lock(work: Path, connect: Open, tmp_path: Path) -> None:
    far = make_bare(tmp_path / "far.git", update="sleep 600.125")

    error = refused(lambda: connect(far, patience=1).push(git(work, "rev-parse", "HEAD")))

    assert error.result is PushResult.SILENT
    assert none_left("600.125")
    assert list(far.rglob("*.lock")) == []
    set_hook(far, "update", "exit 0")
    connect(far).push(git(work, "rev-parse", "HEAD"))


def test_signs_of_life_do_not_outlast_the_deadline(work: Path, connect: Open, tmp_path: Path) -> None:
    far = make_bare(tmp_path / "far.git", pre_receive="while true; do echo . >&2; sleep 0.2; done")
    transport = connect(far)
    start = time.monotonic()
    transport.limits = Limits(60, start + 2)

    error = refused(lambda: transport.push(git(work, "rev-parse", "HEAD")))

    assert error.result is PushResult.SILENT
    assert 2 <= time.monotonic() - start < 60


def test_stop_ends_a_push_at_once(work: Path, connect: Open, tmp_path: Path) -> None:
    far = make_bare(tmp_path / "far.git", pre_receive="sleep 600.25")

    error = refused(lambda: connect(far, stop=lambda: True).push(git(work, "rev-parse", "HEAD")))

    assert error.result is PushResult.STOPPED
    assert none_left("600.25")


def test_hostile_configuration_of_the_working_copy_has_no_effect(work: Path, connect: Open, tmp_path: Path) -> None:
    far, trap = make_bare(tmp_path / "far.git"), make_bare(tmp_path / "trap.git")
    ran = tmp_path / "ran"
    for key, value in {
        f"url.{trap}.insteadOf": str(far), f"url.{trap}.pushInsteadOf": str(far), "core.sshCommand": f"touch {ran}",
        "credential.helper": f"!touch {ran}", "remote.origin.receivepack": f"touch {ran}; git-receive-pack",
        "remote.origin.uploadpack": f"touch {ran}; git-upload-pack", "remote.origin.vcs": "evil",
        "remote.origin.proxy": "http://127.0.0.1:1", "http.proxy": "http://127.0.0.1:1",
        "core.gitProxy": f"touch {ran}", "core.askPass": f"touch {ran}", "push.gpgSign": "true",
        "push.followTags": "true", "push.pushOption": "x",
        "core.fsmonitor": f"touch {ran}", "core.alternateRefsCommand": f"touch {ran}", "gc.auto": "1",
        "core.hooksPath": str(tmp_path / "hooks"), "include.path": str(tmp_path / "more"), "push.default": "matching",
        "protocol.ext.allow": "always", "trace2.eventTarget": str(ran), "core.pager": f"touch {ran}",
        "uploadpack.packObjectsHook": f"touch {ran};", "remote.origin.mirror": "true",
    }.items():  # fmt: skip
        git(work, "config", key, value)
    (tmp_path / "more").write_text(f'[url "{trap}"]\n\tinsteadOf = /\n')
    for folder in (tmp_path / "hooks", work / ".git/hooks"):
        folder.mkdir(exist_ok=True)
        for name in ("pre-push", "reference-transaction", "post-update"):
            (folder / name).write_text(f"#!/bin/sh\ntouch {ran}\n")
            (folder / name).chmod(0o755)
    git(work, "config", "remote.origin.url", str(far))
    tip = git(work, "rev-parse", "HEAD")
    transport = connect(far)

    transport.push(tip)
    asked, fetched = transport.ask(), transport.fetch(tip)

    assert asked == fetched == tip == tip_of(far)
    assert tip_of(trap) is None
    assert not ran.exists()


@pytest.fixture
def host(tmp_path: Path) -> Iterator[GitHost]:
    make_bare(tmp_path / "hosted/news.git")
    git(tmp_path / "hosted/news.git", "config", "http.receivepack", "true")
    with GitHost(tmp_path / "hosted", login=("mirror", "s3cret-Canary")) as host:
        yield host


@pytest.fixture
def credentials(tmp_path: Path, host: GitHost) -> Path:
    file = tmp_path / "it's credentials"
    file.write_text(f"http://mirror:s3cret-Canary@127.0.0.1:{host.port}\n")
    file.chmod(0o600)
    return file


def test_push_by_http_logs_in_from_the_file(work: Path, connect: Open, host: GitHost, credentials: Path) -> None:
    tip = git(work, "rev-parse", "HEAD")
    transport = connect(f"{host.url}/news.git", login=Login(credentials=credentials))

    transport.push(tip)

    assert transport.ask() == tip == tip_of(host.root / "news.git")


def test_push_over_a_megabyte_by_http(work: Path, connect: Open, host: GitHost, credentials: Path) -> None:
    (work / "noise.bin").write_bytes(random.Random(7).randbytes(3 << 20))
    git(work, "add", "noise.bin")
    tip = add_commit(work, "noise")
    transport = connect(f"{host.url}/news.git", login=Login(credentials=credentials))

    transport.push(tip)

    assert transport.ask() == tip


def test_login_that_is_refused_keeps_the_operators_file(connect: Open, host: GitHost, credentials: Path) -> None:
    host.login = ("mirror", "another")
    before = credentials.read_text()

    error = refused(connect(f"{host.url}/news.git", login=Login(credentials=credentials)).ask)

    assert error.result is PushResult.DENIED
    assert "Canary" not in str(error)
    assert credentials.read_text() == before


def test_without_credentials_nothing_is_asked(connect: Open, host: GitHost) -> None:
    assert refused(connect(f"{host.url}/news.git").ask).result is PushResult.DENIED


def test_redirect_is_not_followed(connect: Open, host: GitHost, credentials: Path, tmp_path: Path) -> None:
    with GitHost(tmp_path / "hosted") as other:
        host.status, host.location = 302, f"{other.url}/news.git/info/refs?service=git-upload-pack"
        error = refused(connect(f"{host.url}/news.git", login=Login(credentials=credentials)).ask)

        assert error.result in (PushResult.UNREACHABLE, PushResult.BROKEN)
        assert other.seen == []


@pytest.mark.parametrize(
    "kind", ["wrong_host", *(pytest.param(kind, marks=pytest.mark.slow) for kind in BAD if kind != "wrong_host")]
)
def test_certificate_that_is_not_the_hosts_is_refused(
    connect: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.trusted))
    monkeypatch.setenv("GIT_SSL_NO_VERIFY", "1")

    with GitHost(tmp_path, tls=authority.context(kind, "127.0.0.1")) as host:
        error = refused(connect(f"{host.url}/news.git").ask)

    assert error.result is PushResult.UNREACHABLE
    assert host.seen == []


def test_certificate_of_an_own_authority_is_accepted(
    work: Path, connect: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.trusted))
    context: ssl.SSLContext = authority.context("good", "127.0.0.1")
    far = make_bare(tmp_path / "hosted/news.git")
    git(far, "config", "http.receivepack", "true")

    with GitHost(tmp_path / "hosted", tls=context) as host:
        connect(f"{host.url}/news.git").push(git(work, "rev-parse", "HEAD"))

    assert tip_of(far) == git(work, "rev-parse", "HEAD")


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[GitHost]:
    """A proxy that wants a password and leads to the repositories below ``hosted``."""
    git(make_bare(tmp_path / "hosted/news.git"), "config", "http.receivepack", "true")
    with GitHost(tmp_path / "hosted") as proxy:
        proxy.proxy_login = ("me", "pro:xy/Kanarienvogel")
        yield proxy


def test_push_goes_through_the_proxy_and_shows_no_password(
    work: Path, connect: Open, proxy: GitHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    set_hook(
        tmp_path / "hosted/news.git",
        "pre-receive",
        "cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline >seen 2>/dev/null; exit 0",
    )
    address = f"http://127.0.0.1:{closed_port()}/news.git"
    route = Route(Proxy("http", "127.0.0.1", proxy.port, "me", "pro:xy/Kanarienvogel"))
    tip = git(work, "rev-parse", "HEAD")

    transport = connect(address, route=route)
    transport.push(tip)

    assert transport.ask() == tip
    assert {seen.partition("/news.git")[0] + "/news.git" for seen in proxy.proxied} == {address}
    seen = (tmp_path / "hosted/news.git/seen").read_bytes()
    assert b"git-remote-http" in seen
    assert b"Kanarienvogel" not in seen
    transport.__exit__()
    assert list((work / ".git/newsmirror/side").iterdir()) == []


def test_wrong_password_of_the_proxy_and_no_proxy_at_all(connect: Open, proxy: GitHost) -> None:
    address = f"http://127.0.0.1:{closed_port()}/news.git"
    wrong = Route(Proxy("http", "127.0.0.1", proxy.port, "me", "Kanarienvogel"))
    gone = Route(Proxy("socks5", "127.0.0.1", closed_port()))

    errors = [refused(connect(address, route=route).ask) for route in (wrong, gone)]

    assert [error.result for error in errors] == [PushResult.UNREACHABLE, PushResult.UNREACHABLE]
    assert "Kanarienvogel" not in str(errors)
    assert {seen for seen in proxy.seen if seen} == set()


@pytest.mark.parametrize(("route", "through"), [(None, True), (Route(is_direct=True), False)])
def test_proxy_of_the_environment_is_taken_unless_direct_is_said(
    connect: Open, proxy: GitHost, monkeypatch: pytest.MonkeyPatch, route: Route | None, through: bool
) -> None:
    proxy.proxy_login = None
    monkeypatch.setenv("http_proxy", proxy.url)

    if through:
        assert connect(f"http://127.0.0.1:{closed_port()}/news.git", route=route).ask() is None
    else:
        refused(connect(f"http://127.0.0.1:{closed_port()}/news.git", route=route).ask)
    assert bool(proxy.proxied) is through


ssh_server = pytest.mark.skipif(
    os.getuid() != 0 or not shutil.which("sshd", path="/usr/sbin:/usr/bin"),
    reason="needs root and Debian's openssh-server",
)


@pytest.fixture
def ssh(tmp_path: Path) -> Iterator[SshHost]:
    (tmp_path / "ssh").mkdir()
    with SshHost(tmp_path / "ssh") as host:
        yield host


@ssh_server
def test_push_by_ssh_offers_the_one_key(
    work: Path, connect: Open, ssh: SshHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "agent"))
    far, tip = make_bare(tmp_path / "far.git"), git(work, "rev-parse", "HEAD")
    transport = connect(f"{ssh.url}{far}", login=Login(key=ssh.folder / "client", known_hosts=ssh.known_hosts))

    transport.push(tip)

    assert transport.ask() == tip == tip_of(far)


@ssh_server
def test_unknown_host_key_and_wrong_key_are_denied(connect: Open, ssh: SshHost, tmp_path: Path) -> None:
    (tmp_path / "none").touch()
    address = f"{ssh.url}{make_bare(tmp_path / 'far.git')}"

    unknown = refused(connect(address, login=Login(ssh.folder / "client", tmp_path / "none")).ask)
    wrong = refused(connect(address, login=Login(ssh.folder / "stranger", ssh.known_hosts)).ask)

    assert (unknown.result, wrong.result) == (PushResult.DENIED, PushResult.DENIED)
    assert "Host key verification failed" in unknown.words
    assert (tmp_path / "none").read_text() == ""


@ssh_server
def test_hook_that_sleeps_behind_ssh_ends_in_time(work: Path, connect: Open, ssh: SshHost, tmp_path: Path) -> None:
    far = make_bare(tmp_path / "far.git", pre_receive="exec sleep 8")
    login = Login(key=ssh.folder / "client", known_hosts=ssh.known_hosts)

    error = refused(lambda: connect(f"{ssh.url}{far}", patience=1, login=login).push(git(work, "rev-parse", "HEAD")))

    assert error.result is PushResult.SILENT
    assert none_left(str(ssh.folder / "client"))


def test_fetch_keeps_what_it_brings_apart(work: Path, connect: Open, tmp_path: Path) -> None:
    far = make_bare(tmp_path / "far.git")
    tip = git(work, "rev-parse", "HEAD")
    connect(far).push(tip)
    git(tmp_path, "clone", "-q", str(far), "other")
    theirs = add_commit(tmp_path / "other", "theirs")
    git(tmp_path / "other", "push", "-q")
    transport = connect(far)
    before = git(work, "count-objects", "-v")

    fetched = transport.fetch(tip)

    assert fetched == theirs
    assert transport.side.is_ancestor(tip, fetched)
    assert git(work, "count-objects", "-v") == before
    transport.side.hand_over()
    assert git(work, "cat-file", "-t", theirs) == "commit"


def test_fetch_refuses_objects_that_fsck_refuses(work: Path, connect: Open, tmp_path: Path) -> None:
    far = make_bare(tmp_path / "far.git")
    git(far, "config", "receive.fsckObjects", "false")
    tip = git(work, "rev-parse", "HEAD")
    connect(far).push(tip)
    bad = tmp_path / "bad"
    blob = git(work, "hash-object", "-w", "README.md")
    bad.write_bytes(b"100644 .git\0" + bytes.fromhex(blob))
    tree = git(work, "hash-object", "-t", "tree", "-w", "--literally", str(bad))
    commit = git(work, "-c", "user.name=a", "-c", "user.email=a@b", "commit-tree", tree, "-p", tip, "-m", "x")
    git(work, "push", "-q", str(far), f"{commit}:refs/heads/main")
    git(work, "update-ref", "refs/heads/main", tip)
    git(work, "-c", "gc.reflogExpire=now", "-c", "gc.pruneExpire=now", "gc", "-q", "--prune=now")

    error = refused(lambda: connect(far).fetch(tip))

    assert error.result is PushResult.DIVERGED
    assert "hasDotgit" in error.words


def test_addresses_come_from_the_working_copys_own_file(
    work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "global").write_text('[remote "evil"]\n\turl = https://evil.example/x\n')
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "global"))
    git(work, "config", "include.path", str(tmp_path / "global"))
    git(work, "config", "remote.a.url", "https://a.example/x")
    git(work, "config", "--add", "remote.b.url", "https://b.example/x")
    git(work, "config", "--add", "remote.b.url", "https://c.example/x")
    git(work, "config", "remote.d.e.url", "https://d.example/x")
    git(work, "config", "remote.d.e.pushurl", "git@d.example:x")

    assert read_remote_addresses(work) == {
        "a": ["https://a.example/x"],
        "b": ["https://b.example/x", "https://c.example/x"],
        "d.e": ["git@d.example:x"],
    }
    assert read_remote_addresses(tmp_path) == {}


@pytest.mark.parametrize("size", [1, pytest.param(30_000, marks=pytest.mark.slow), 10**9])
def test_steps_lead_to_the_tip_commit_by_commit(work: Path, connect: Open, tmp_path: Path, size: int) -> None:
    far = make_bare(tmp_path / "far.git")
    first = git(work, "rev-parse", "HEAD")
    noise = random.Random(7)
    commits = []
    for number in range(6):
        (work / f"{number}.bin").write_bytes(noise.randbytes(10_000))
        git(work, "add", f"{number}.bin")
        commits.append(add_commit(work, str(number)))
    transport = connect(far)

    steps = transport.side.steps(first, commits[-1], size)
    for commit in [first, *steps]:
        transport.push(commit)

    assert len(steps) == {1: 6, 30_000: 4, 10**9: 1}[size]
    assert steps == [commit for commit in commits if commit in steps]
    assert tip_of(far) == commits[-1]


def test_steps_pass_a_merge(work: Path, connect: Open, tmp_path: Path) -> None:
    far = make_bare(tmp_path / "far.git")
    base = git(work, "rev-parse", "HEAD")
    ours = add_commit(work, "ours")
    git(work, "checkout", "-q", "--detach", base)
    theirs = add_commit(work, "theirs")
    tree = git(work, "rev-parse", f"{ours}^{{tree}}")
    merge = git(
        work, "-c", "user.name=a", "-c", "user.email=a@b", "commit-tree", tree, "-p", ours, "-p", theirs, "-m", "x"
    )
    transport = connect(far)
    transport.push(theirs)

    steps = transport.side.steps(theirs, merge, 1)

    assert steps == [merge]
    transport.push(merge)
