"""Signed mirrors: what a publisher signs, and what a reader finds out about a host that lies."""

import hashlib
import shutil
import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from newsmirror.clone import Clone
from newsmirror.config import Config
from newsmirror.manifests import FOLDER, SIGNATURE, STATEMENT, is_own
from newsmirror.outcome import Outcome
from newsmirror.signature import SignatureCheck
from newsmirror.sshkeys import fingerprint, public_key, sign
from newsmirror.statement import Statement, decode
from newsmirror.succession import read_seen
from newsmirror.treehash import TreeHash
from newsmirror.trust import Trust, read_trust, trust_of
from newsmirror.verify import Finding
from tests.conftest import git
from tests.githost import make_bare
from tests.test_join import open_copy
from tests.test_publish import NOW, publish, story
from tests.test_rebuild import rebuild

AUTHOR = ("-c", "user.name=a", "-c", "user.email=a@b.example")
PAGE = "pages/2026/11/23/1.md"


def make_key(folder: Path, name: str) -> Path:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(folder / name)], check=True)
    return folder / name


def configured(repo: Path, key: Path | None, **settings: str) -> Config:
    values = {"REPO": str(repo), "IMAGES": "none", "PUBLIC_URL": "https://mirror.example/", **settings}
    values |= {"SIGN_KEY": str(key)} if key else {}
    return Config.from_settings({f"NEWSMIRROR_{name}": value for name, value in values.items()})


def statement(repo: Path, commit: str = "HEAD") -> Statement:
    return decode(subprocess.run(
        ["git", "-C", str(repo), "show", f"{commit}:{STATEMENT}"], check=True, capture_output=True
    ).stdout)  # fmt: skip


def check(
    folder: Path, key: Path | Trust, *, now: datetime = NOW, seen: Statement | None = None
) -> tuple[list[Finding], SignatureCheck]:
    clone = Clone(folder)
    try:
        trust = key if isinstance(key, Trust) else trust_of(public_key(key))
        found = SignatureCheck(clone, trust, now, seen)
        return list(found.findings()), found
    finally:
        clone.close()


def assert_good(folder: Path, key: Path) -> SignatureCheck:
    findings, found = check(folder, key)
    assert findings == []
    return found


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A signed mirror of two runs, and the key."""
    folder = tmp_path_factory.mktemp("signed")
    key = make_key(folder, "key")
    config = configured(folder / "mirror", key)
    publish(config, story(1), story(2))
    publish(config, story(3, "另一个城市也恢复了上课。"), story(1, "山城小学明天才恢复上课。"))
    return folder / "mirror", key


@pytest.fixture
def signed(made: tuple[Path, Path], tmp_path: Path) -> tuple[Path, Path]:
    """A clone of it of one's own, and the key."""
    git(tmp_path, "clone", "-q", str(made[0]), "clone")
    return tmp_path / "clone", made[1]


def commit_all(repo: Path) -> None:
    git(repo, "add", "-A")
    git(repo, *AUTHOR, "commit", "-q", "-m", "by hand")


# What is signed


def test_every_commit_has_a_statement_of_all_its_files(made: tuple[Path, Path]) -> None:
    repo, key = made

    found = assert_good(repo, key)

    files = [path for path in git(repo, "ls-files").splitlines() if not is_own(path)]
    now, before = statement(repo), statement(repo, "HEAD^")
    assert (now.number, now.previous) == (2, (before.digest,))
    assert (before.number, before.previous) == (1, ())
    assert (now.articles, now.files) == (3, len(files)) == (found.articles, found.files)
    assert (now.site, now.source) == ("secretchina", "https://www.secretchina.com/")
    assert (now.time, now.expires) == (NOW, NOW + timedelta(days=30))
    assert sorted(path for path in git(repo, "ls-files").splitlines() if is_own(path)) == [
        "signed/2026.sha256", "signed/2026/11.sha256", "signed/2026/11/23.sha256", STATEMENT, SIGNATURE,
    ]  # fmt: skip
    assert git(repo, "fsck", "--strict", "--no-dangling") == ""
    assert git(repo, "status", "--porcelain") == ""


def test_plain_tools_are_enough_to_check_it(made: tuple[Path, Path], tmp_path: Path) -> None:
    repo, key = made
    (tmp_path / "signers").write_text(f"mirror {public_key(key)}\n", encoding="ascii")

    words = ["ssh-keygen", "-Y", "verify", "-n", "newsmirror", "-I", "mirror", "-f", str(tmp_path / "signers")]
    done = subprocess.run([*words, "-s", SIGNATURE], cwd=repo, input=(repo / STATEMENT).read_bytes(), check=False)
    assert done.returncode == 0

    lists = [STATEMENT, *(str(path.relative_to(repo)) for path in (repo / FOLDER).rglob("*.sha256"))]
    said = subprocess.run(["sha256sum", "-c", *lists], cwd=repo, check=True, capture_output=True, text=True)
    assert f"{PAGE}: OK" in said.stdout
    assert said.stderr == ""

    environment = {"GIT_INDEX_FILE": str(tmp_path / "index")}
    script = f"git read-tree HEAD && git rm -q --cached {STATEMENT} {SIGNATURE} && git write-tree"
    tree = subprocess.run(
        ["sh", "-c", script], cwd=repo, env=environment | {"PATH": "/usr/bin:/bin"}, check=True, capture_output=True
    )
    assert tree.stdout.decode().strip() == statement(repo).tree


def test_the_value_over_all_files_is_that_of_a_fresh_count(made: tuple[Path, Path]) -> None:
    repo, _ = made
    counted = TreeHash()
    for path in git(repo, "-c", "core.quotePath=false", "ls-files").splitlines():
        if not is_own(path):
            counted.add(path, hashlib.sha256((repo / path).read_bytes()).hexdigest())

    assert counted.value() == statement(repo).content


def test_a_run_with_nothing_new_writes_no_statement(made: tuple[Path, Path]) -> None:
    repo, key = made
    before = git(repo, "rev-parse", "HEAD")

    result = publish(configured(repo, key), story(3, "另一个城市也恢复了上课。"))

    assert result.outcome is Outcome.NOTHING_NEW
    assert git(repo, "rev-parse", "HEAD") == before


def test_same_input_gives_the_same_signed_bytes(tmp_path: Path) -> None:
    key = make_key(tmp_path, "key")
    for name in ("one", "two"):
        publish(configured(tmp_path / name, key), story(1))

    assert git(tmp_path / "one", "rev-parse", "HEAD") == git(tmp_path / "two", "rev-parse", "HEAD")


def test_signing_that_begins_later_reads_what_is_there(tmp_path: Path) -> None:
    key, repo = make_key(tmp_path, "key"), tmp_path / "mirror"
    publish(configured(repo, None), story(1), story(2))
    (repo / "图.txt").write_text("我们的话\n", encoding="utf-8")
    commit_all(repo)

    publish(configured(repo, key), story(3))

    assert assert_good(repo, key).articles == 3
    assert statement(repo).number == 1


def test_commits_in_between_are_taken_into_the_next_statement(made: tuple[Path, Path], tmp_path: Path) -> None:
    shutil.copytree(made[0], tmp_path / "mirror")
    repo, key = tmp_path / "mirror", made[1]
    (repo / "NOTE.md").write_text("by hand\n", encoding="utf-8")
    (repo / "pages/2026/11/23/2.md.png").unlink()  # and put back by the next run of nobody: it stays gone
    commit_all(repo)
    publish(configured(repo, None), story(4))
    assert [path for path, _ in check(repo, key)[0]][-1].startswith(("pages/", "data/", "tags/", "indexes/", "feeds/"))

    publish(configured(repo, key), story(5))

    assert_good(repo, key)
    assert statement(repo).number == 3


def test_a_new_key_begins_anew_and_keeps_the_order(signed: tuple[Path, Path], tmp_path: Path) -> None:
    repo, old = signed
    new = make_key(tmp_path, "new")
    before = statement(repo)

    assert rebuild(configured(repo, new)).outcome is Outcome.PUBLISHED  # nothing else differs

    assert_good(repo, new)
    assert (statement(repo).number, statement(repo).previous) == (3, (before.digest,))
    assert rebuild(configured(repo, new)).outcome is Outcome.NOTHING_NEW
    assert [fault.partition(":")[0] for _, fault in check(repo, old)[0]] == ["is not signed as it should be"]


def test_rebuild_with_another_pattern_keeps_the_statement_right(signed: tuple[Path, Path]) -> None:
    repo, key = signed

    assert rebuild(configured(repo, key, PAGE_PATH="pages/{category}/{id}.md")).outcome is Outcome.PUBLISHED

    assert_good(repo, key)
    assert (repo / "signed/pages/p3/0.sha256").read_text(encoding="ascii").count("pages/p3/") == 6
    assert publish(configured(repo, key, PAGE_PATH="pages/{category}/{id}.md"), story(4)).outcome is Outcome.PUBLISHED
    assert_good(repo, key)


@pytest.mark.parametrize(
    ("merged", "they_sign"), [(False, False), (True, True)], ids=["rebased, they do not sign", "merged, they sign"]
)
def test_publishers_that_are_joined_sign_what_both_have(tmp_path: Path, *, merged: bool, they_sign: bool) -> None:
    far, other = make_bare(tmp_path / "far.git"), make_bare(tmp_path / "other.git")
    ours, theirs = make_key(tmp_path, "ours"), make_key(tmp_path, "theirs")

    def publisher(name: str, key: Path | None, *remotes: Path) -> Config:
        if not (tmp_path / name).exists():
            open_copy(tmp_path / name, *remotes, of=far if name == "two" else None)
        return configured(tmp_path / name, key, REMOTES=",".join(remote.stem for remote in remotes))

    one = publisher("one", ours, far, other) if merged else publisher("one", ours, far)
    publish(one, story(1))
    two = publisher("two", theirs if they_sign else None, far)
    publish(two, story(2))
    if merged:  # the other remote holds a commit of ours that far does not
        publish(publisher("one", ours, other), story(3))

    assert publish(one, story(4)).outcome is Outcome.PUBLISHED

    assert assert_good(one.repo, ours).articles == (4 if merged else 3)
    git(two.repo, "pull", "-q", "--ff-only", "far", "main")
    assert_good(two.repo, ours)


def test_a_new_working_copy_goes_on_from_a_remote(tmp_path: Path) -> None:
    far, key = make_bare(tmp_path / "far.git"), make_key(tmp_path, "key")
    open_copy(tmp_path / "one", far)
    publish(configured(tmp_path / "one", key, REMOTES="far"), story(1))
    open_copy(tmp_path / "two", far)

    publish(configured(tmp_path / "two", key, REMOTES="far"), story(2))

    assert assert_good(tmp_path / "two", key).articles == 2
    assert statement(tmp_path / "two").number == 2


def test_a_folder_of_somebody_else_is_not_taken_over(tmp_path: Path) -> None:
    key, repo = make_key(tmp_path, "key"), tmp_path / "mirror"
    publish(configured(repo, None), story(1))
    (repo / FOLDER).mkdir()
    (repo / FOLDER / "letter.txt").write_text("mine\n", encoding="utf-8")
    commit_all(repo)

    result = publish(configured(repo, key), story(2))

    assert result.outcome is Outcome.COMMIT_FAILED
    assert result.reason == "signed of the newest commit holds something else; rename that folder to sign"


def test_a_key_that_goes_away_in_a_run_publishes_nothing(tmp_path: Path) -> None:
    key = make_key(tmp_path, "key")
    config = configured(tmp_path / "mirror", key)
    key.unlink()

    result = publish(config, story(1))

    assert (result.outcome, result.commit) == (Outcome.COMMIT_FAILED, None)
    assert result.reason
    assert result.reason.startswith("the statement cannot be signed: ssh-keygen says: ")
    assert str(tmp_path) not in result.reason


# What a reader finds


def append(path: Path) -> None:
    path.write_bytes(path.read_bytes() + "又一行\n".encode())


def swap_lists(repo: Path) -> None:
    """An older list of a day beside the newer statement."""
    old = subprocess.run(
        ["git", "-C", str(repo), "show", "HEAD^:signed/2026/11/23.sha256"], check=True, capture_output=True
    )
    (repo / "signed/2026/11/23.sha256").write_bytes(old.stdout)


def add(path: Path, text: str = "# x\n") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def make_link(path: Path, target: str) -> None:
    path.unlink()
    path.symlink_to(target)


ATTACKS: dict[str, tuple[Callable[[Path], object], set[str]]] = {
    "page changed": (lambda r: append(r / PAGE), {PAGE}),
    "code changed": (lambda r: append(r / f"{PAGE}.png"), {f"{PAGE}.png"}),
    "record changed": (lambda r: append(r / "data/2026/11/23/2.md"), {"data/2026/11/23/2.md"}),
    "day cut": (lambda r: (r / "data/2026/11/23.jsonl").write_bytes(b""), {"data/2026/11/23.jsonl"}),
    "list changed": (lambda r: append(r / "indexes/p3.md"), {"indexes/p3.md"}),
    "front page changed": (lambda r: append(r / "README.md"), {"README.md"}),
    "feed changed": (lambda r: append(r / "feeds/all.xml"), {"feeds/all.xml"}),
    "page gone": (lambda r: (r / PAGE).unlink(), {PAGE}),
    "list gone": (lambda r: (r / "indexes/p3.md").unlink(), {"indexes/p3.md"}),
    "page added": (lambda r: add(r / "pages/2026/11/23/9.md"), {"pages/2026/11/23/9.md"}),
    "page of a new day added": (lambda r: add(r / "pages/2026/11/24/9.md"), {"pages/2026/11/24/9.md"}),
    "file added": (lambda r: add(r / "index.html", "<script>"), {"index.html"}),
    "picture added": (lambda r: add(r / "images/00/x.webp"), {"images/00/x.webp"}),
    "page a link": (lambda r: make_link(r / PAGE, "2.md"), {PAGE}),
    "hashes changed": (lambda r: append(r / "signed/2026/11/23.sha256"), {"signed/2026/11/23.sha256"}),
    "hashes gone": (lambda r: (r / "signed/2026/11.sha256").unlink(), {"signed/2026/11.sha256"}),
    "hashes of another run": (swap_lists, {"signed/2026/11/23.sha256"}),
    "hashes added": (lambda r: (r / "signed/2027.sha256").write_bytes(b""), {"signed/2027.sha256"}),
    "statement changed": (lambda r: append(r / STATEMENT), {STATEMENT}),
    "signature changed": (lambda r: (r / SIGNATURE).write_bytes(b"x"), {STATEMENT}),
    "signature gone": (lambda r: (r / SIGNATURE).unlink(), {STATEMENT}),
    "all signatures gone": (lambda r: shutil.rmtree(r / FOLDER), {STATEMENT}),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_what_was_changed_is_named(signed: tuple[Path, Path], name: str) -> None:
    repo, key = signed
    attack, expected = ATTACKS[name]
    attack(repo)
    on_disk, _ = check(repo, key)
    commit_all(repo)
    in_a_commit, _ = check(repo, key)
    shutil.rmtree(repo / ".git")
    without_git, _ = check(repo, key)

    assert {path for path, _ in on_disk} - {STATEMENT} == expected - {STATEMENT}
    assert {path for path, _ in in_a_commit} - {STATEMENT} == expected - {STATEMENT}
    assert {path for path in expected if path.startswith(("pages/", "data/", "signed/2"))} <= {
        p for p, _ in without_git
    }
    assert all((on_disk, in_a_commit, without_git))


def test_a_folder_without_git_is_good_as_well(signed: tuple[Path, Path]) -> None:
    shutil.rmtree(signed[0] / ".git")

    assert check(*signed)[0] == []


def test_a_clone_without_history_is_good_as_well(made: tuple[Path, Path], tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{made[0]}", "shallow")

    assert_good(tmp_path / "shallow", made[1])


def test_statement_of_another_key(signed: tuple[Path, Path], tmp_path: Path) -> None:
    repo, key = signed
    stranger = make_key(tmp_path, "stranger")
    (repo / SIGNATURE).write_bytes(sign(stranger, (repo / STATEMENT).read_bytes()))
    commit_all(repo)

    for trust in (trust_of(public_key(key)), Trust(fingerprint=fingerprint(public_key(key)))):
        [(path, fault)], _ = check(repo, trust)
        assert path == STATEMENT
        assert fingerprint(public_key(stranger)) in fault


def test_rolled_back_mirror_is_seen_by_who_was_there_before(signed: tuple[Path, Path]) -> None:
    repo, key = signed
    seen = read_seen(str(repo))
    git(repo, "reset", "-q", "--hard", "HEAD^")

    assert check(repo, key)[0] == []  # all by itself it is as good as it was
    assert check(repo, key, seen=seen)[0] == [
        (STATEMENT, "has the number 1, and you have seen number 2: the mirror was rolled back, or there are two"),
    ]  # fmt: skip


def test_second_history_is_seen_by_who_was_there_before(made: tuple[Path, Path], tmp_path: Path) -> None:
    repo, key = made
    git(tmp_path, "clone", "-q", str(repo), "split")
    split = tmp_path / "split"
    git(split, "reset", "-q", "--hard", "HEAD^")
    publish(configured(split, key), story(7))

    assert check(split, key)[0] == []
    assert "or there are two" in check(split, key, seen=statement(repo))[0][0].fault
    publish(configured(split, key), story(8))
    assert check(split, key, seen=statement(repo))[0] == [
        (STATEMENT, "does not follow number 2, which you have seen: the history was written anew"),
    ]  # fmt: skip
    assert check(repo, key, seen=statement(repo, "HEAD^"))[0] == []


def test_cut_history_is_seen(signed: tuple[Path, Path]) -> None:
    repo, key = signed
    git(repo, "checkout", "-q", "--orphan", "again")
    commit_all(repo)

    assert check(repo, key)[0] == [
        (STATEMENT, "number 2 follows one that the history does not hold: it was cut or written anew"),
    ]  # fmt: skip


def test_a_list_changed_in_a_new_history_is_seen_by_the_value_over_all_files(signed: tuple[Path, Path]) -> None:
    repo, key = signed
    append(repo / "indexes/p3.md")
    git(repo, "checkout", "-q", "--orphan", "again")
    commit_all(repo)

    assert check(repo, key)[0][0] == (
        STATEMENT, "does not fit: files outside of signed/, pages/ and data/ are not as signed",
    )  # fmt: skip


def test_frozen_mirror_is_seen_after_its_time(signed: tuple[Path, Path]) -> None:
    repo, key = signed

    assert check(repo, key, now=NOW + timedelta(days=30))[0] == []
    assert check(repo, key, now=NOW + timedelta(days=31))[0] == [
        (STATEMENT, "was good until 2026-12-24T08:00:00Z: a newer one is kept from you, or nobody publishes any more"),
    ]  # fmt: skip
    assert check(repo, key, now=NOW - timedelta(days=2))[0] == [
        (STATEMENT, "is of 2026-11-24T08:00:00Z, which is to come: a clock is wrong"),
    ]  # fmt: skip


def test_old_statement_with_old_lists_beside_new_pages(signed: tuple[Path, Path]) -> None:
    repo, key = signed
    git(repo, "checkout", "-q", "HEAD^", "--", FOLDER)
    commit_all(repo)

    findings, _ = check(repo, key)

    assert {PAGE, "pages/2026/11/23/3.md", "data/2026/11/23.jsonl", "README.md"} <= {path for path, _ in findings}


def test_lists_that_somebody_has_changed_are_not_gone_on_from(made: tuple[Path, Path], tmp_path: Path) -> None:
    """A commit with our signed statement and other lists is no place to go on from: what follows is counted anew."""
    shutil.copytree(made[0], tmp_path / "mirror")
    repo, key = tmp_path / "mirror", made[1]
    git(repo, "checkout", "-q", "--orphan", "again")
    append(repo / "signed/2026/11/23.sha256")
    commit_all(repo)
    git(repo, "branch", "-q", "-M", "main")

    publish(configured(repo, key), story(9))

    assert check(repo, key)[0] == [
        (STATEMENT, "number 2 follows one that the history does not hold: it was cut or written anew"),
    ]  # fmt: skip
    assert statement(repo).number == 3


# Whom a reader trusts


def test_ways_to_name_a_key(signed: tuple[Path, Path], tmp_path: Path) -> None:
    repo, key = signed
    public = public_key(key)
    (tmp_path / "signers").write_text(
        f'# ours\na@b.example,c@d.example namespaces="git,newsmirror" {public}\n', encoding="ascii"
    )

    for name in (f"{key}.pub", str(key), fingerprint(public), str(tmp_path / "signers")):
        findings, found = check(repo, read_trust(name))
        assert (findings, found.signer) == ([], fingerprint(public))


def test_signature_for_another_purpose_is_none(signed: tuple[Path, Path]) -> None:
    repo, key = signed
    words = ["ssh-keygen", "-Y", "sign", "-q", "-n", "git", "-f", str(key)]
    done = subprocess.run(words, input=(repo / STATEMENT).read_bytes(), check=True, capture_output=True)
    (repo / SIGNATURE).write_bytes(done.stdout)

    assert "is not signed as it should be" in check(repo, key)[0][0].fault
