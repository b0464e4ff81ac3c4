"""``scrapy verify`` as an operator calls it."""

from pathlib import Path

from tests.conftest import Run, git, run_scrapy


def verify(*words: str, cwd: Path) -> tuple[int, list[str], str]:
    done = run_scrapy("verify", "-s", "NEWSMIRROR_IMAGES=embed", *words, cwd=cwd)
    return done.returncode, done.stdout.splitlines(), done.stderr


def test_mirror_of_the_sample_site(crawl: Run, tmp_path: Path) -> None:
    repo = tmp_path / "mirror"
    assert crawl("-s", "NEWSMIRROR_PUBLIC_URL=https://code.example/o/r/blob/main").returncode == 0
    git(tmp_path, "clone", "-q", str(repo), "clone")

    code, lines, errors = verify(cwd=tmp_path)  # the folder of NEWSMIRROR_REPO

    assert (code, errors) == (0, "")
    assert lines == [f"40 articles, {len(git(repo, 'ls-files').splitlines())} files, 0 findings"]
    assert verify("clone", cwd=tmp_path) == (0, lines, "")
    assert git(tmp_path / "clone", "status", "--porcelain") == ""

    for number in range(150):
        (repo / f"pages/{number:03}\n\x1b[31m.md").write_text("# x\n", encoding="utf-8")
    code, lines, _ = verify(cwd=tmp_path)

    assert (code, len(lines)) == (1, 102)
    assert lines[0] == "pages/000\\n\\x1b[31m.md: has a name that some systems cannot store or take for another"
    assert lines[-2] == "and 350 more; --all prints them"
    assert lines[-1].endswith(" files, 450 findings")
    assert len(verify("--all", cwd=tmp_path)[1]) == 451


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
