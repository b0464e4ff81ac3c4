"""`scrapy fixture`: a page of the sample site becomes a test case."""

import json
from pathlib import Path

from sample_site import SampleServer
from tests.conftest import run_scrapy


def fixture(server: SampleServer, folder: Path, *words: str) -> tuple[int, str]:
    options = ("-s", f"NEWSMIRROR_SITE_URL={server.url}", "-s", f"NEWSMIRROR_REPO={folder}/mirror")
    done = run_scrapy("fixture", *words, *options, cwd=folder)
    return done.returncode, done.stdout + done.stderr


def test_page_is_recorded_and_refreshed(server: SampleServer, tmp_path: Path) -> None:
    article = next(iter(server.site.articles.values()))

    code, said = fixture(server, tmp_path, article.url)

    case = tmp_path / "tests" / "sites" / "secretchina" / str(article.id)
    assert code == 0, said
    assert json.loads((case / "meta.json").read_text())["url"] == article.url
    expected = (case / "expected.md").read_text(encoding="utf-8")
    assert expected.startswith("# ")

    (case / "expected.md").write_text("old", encoding="utf-8")

    assert fixture(server, tmp_path, "--refresh")[0] == 0
    assert (case / "expected.md").read_text(encoding="utf-8") == expected


def test_foreign_address_is_refused(server: SampleServer, tmp_path: Path) -> None:
    code, said = fixture(server, tmp_path, "https://example.org/news/1.html")

    assert code == 2
    assert "is no article of ntdtv, secretchina" in said


def test_page_that_is_missing_is_no_case(server: SampleServer, tmp_path: Path) -> None:
    code, _ = fixture(server, tmp_path, "https://www.secretchina.com/news/gb/2026/11/23/1.html", "--case", "gone")

    assert code == 1
    assert not (tmp_path / "tests" / "sites" / "secretchina" / "gone" / "expected.md").exists()
