"""``scrapy verify`` as an operator calls it."""

import re
from contextlib import closing
from pathlib import Path

from newsmirror.items import stamp
from newsmirror.manifests import STATEMENT
from newsmirror.publish import Publisher
from newsmirror.spiders.secretchina import SITE
from newsmirror.sshkeys import fingerprint, public_key
from newsmirror.statement import decode
from tests.conftest import Run, git, run_scrapy
from tests.test_publish import READ, page_of, story
from tests.test_signature import configured, make_key


def verify(*words: str, cwd: Path) -> tuple[int, list[str], str]:
    done = run_scrapy("verify", "-s", "NEWSMIRROR_IMAGES=embed", *words, cwd=cwd)
    return done.returncode, done.stdout.splitlines(), done.stderr


def test_mirror_of_the_sample_site(crawl: Run, tmp_path: Path) -> None:
    repo = tmp_path / "mirror"
    assert crawl("-s", "NEWSMIRROR_PUBLIC_URL=https://code.example/o/r/blob/main").returncode == 0
    git(tmp_path, "clone", "-q", str(repo), "clone")

    code, lines, errors = verify(cwd=tmp_path)  # the folder of NEWSMIRROR_REPO

    assert (code, errors) == (0, "")
    assert re.fullmatch(r"the repository takes 0\.\d MB packed", lines[0])
    assert lines[1:] == [f"40 articles, {len(git(repo, 'ls-files').splitlines())} files, 0 findings"]
    code, again, errors = verify("clone", cwd=tmp_path)
    assert (code, again[-1], errors) == (0, lines[-1], "")
    assert git(tmp_path / "clone", "status", "--porcelain") == ""

    for number in range(150):
        (repo / f"pages/{number:03}\n\x1b[31m.md").write_text("# x\n", encoding="utf-8")
    code, lines, _ = verify(cwd=tmp_path)

    assert (code, len(lines)) == (1, 103)
    assert lines[0] == "pages/000\\n\\x1b[31m.md: has a name that some systems cannot store or take for another"
    assert lines[-3] == "and 350 more; --all prints them"
    assert lines[-1].endswith(" files, 450 findings")
    assert len(verify("--all", cwd=tmp_path)[1]) == 452


def test_refusals(tmp_path: Path) -> None:
    code, lines, errors = verify("nowhere", "-s", "NEWSMIRROR_BRANCH=/", cwd=tmp_path)
    assert (code, lines) == (2, [])
    assert errors == "newsmirror: NEWSMIRROR_BRANCH is '/'; use letters, digits, '.', '_', '-' and '/'\n"

    assert verify("nowhere", cwd=tmp_path) == (
        2, [], "newsmirror: there is no such folder; name one that holds a mirror\n",
    )  # fmt: skip
    assert verify(".", cwd=tmp_path) == (
        2, [], "newsmirror: this is no mirror of a known site; name a folder with the data/ of one\n",
    )  # fmt: skip


def test_signature(tmp_path: Path) -> None:
    key, repo = make_key(tmp_path, "key"), tmp_path / "mirror"
    config = configured(repo, key)
    publisher = Publisher(config, SITE)  # by the clock of this machine, which the command asks as well
    publisher.open()
    with closing(publisher):
        publisher.add(page_of(story(1), config))
        publisher.finish(READ)
    statement = decode((repo / STATEMENT).read_bytes())
    by_key = ("--signature", "--key", f"{key}.pub")

    assert verify(*by_key, "mirror", cwd=tmp_path) == (0, [
        f"statement 1 of {stamp(statement.time)}, good until {stamp(statement.expires)}, from https://www.secretchina.com/",
        f"signed by {fingerprint(public_key(key))}",
        "1 articles, 13 files, 0 findings",
    ], "")  # fmt: skip
    assert verify("--signature", "mirror", cwd=tmp_path) == (
        2, [], "newsmirror: --signature needs --key: a file with the publisher's public key, or its fingerprint "
        "SHA256:…\n",
    )  # fmt: skip
    assert verify(*by_key, "--seen", "none", "mirror", cwd=tmp_path)[2] == (
        "newsmirror: --seen names no statement; give a signed/statement.txt that you have kept, or an earlier clone\n"
    )
    (repo / "pages/2026/11/23/1.md").unlink()
    code, lines, _ = verify(*by_key, "mirror", cwd=tmp_path)
    assert (code, lines[0]) == (1, "pages/2026/11/23/1.md: is missing; a signed list names it")
