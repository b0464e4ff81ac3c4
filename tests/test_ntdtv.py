"""A second source is one file: a crawl of a tiny site in its markup, into a repository of its own."""

import gzip
import re
from datetime import date
from pathlib import Path

import pytest

from newsmirror.spiders.ntdtv import SITE
from sample_site import Answer, SampleServer, SampleSite
from tests.conftest import git, run_scrapy

PAGE = gzip.decompress((Path(__file__).parent / "sites/ntdtv/2026-typical/page.html.gz").read_bytes()).decode()
IDS = range(104138561, 104138569)


class TinySite(SampleSite):
    """Eight articles, one list."""

    def respond(self, target: str) -> Answer:
        if target == "/robots.txt":
            return Answer(404, "text/html", b"no rules")
        if target == "/gb/prog204":
            links = "".join(f'<li><a href="/gb/2026/10/03/a{i}.html">文章{i}</a></li>' for i in IDS)
            return self._page(
                f"<html><head><title>大陆 | 新唐人电视台</title></head><body><ul>{links}</ul></body></html>"
            )
        match = re.fullmatch(r"/gb/2026/10/03/a(\d+)\.html", target)
        if match and int(match[1]) in IDS:
            number = int(match[1]) - IDS[0]
            text = PAGE.replace(str(IDS[0]), match[1]).replace("河口镇", f"{'甲乙丙丁戊己庚辛'[number]}河镇")
            return self._page(text.replace("修了四年", f"修了{number + 2}年"))
        return Answer(404, "text/html", b"missing")

    def _page(self, text: str) -> Answer:
        return Answer(200, "text/html; charset=utf-8", text.encode())


def crawl(server: SampleServer, folder: Path, spider: str, *words: str) -> tuple[int, str]:
    values = {
        "NEWSMIRROR_SITE_URL": server.url, "NEWSMIRROR_REPO": str(folder / "mirror"), "DOWNLOAD_DELAY": "0",
        "NEWSMIRROR_IMAGES": "embed", "RETRY_ENABLED": "0",
    }  # fmt: skip
    options = [word for name, value in values.items() for word in ("-s", f"{name}={value}")]
    done = run_scrapy("crawl", spider, *options, *words, cwd=folder)
    return done.returncode, done.stderr


def test_second_site_is_mirrored_with_the_same_tree(tmp_path: Path) -> None:
    with SampleServer(TinySite(date(2026, 11, 24))) as server:
        code, said = crawl(server, tmp_path, "ntdtv", "-a", "category=prog204")
        again, _ = crawl(server, tmp_path, "ntdtv", "-a", "category=prog204")

    assert code == again == 0, said
    assert "published 8 new" in said
    page = (tmp_path / "mirror" / "pages" / "2026" / "10" / "03" / f"{IDS[0]}.md").read_text(encoding="utf-8")
    assert "作者：林小河" in page
    assert "2026-10-03 10:35" in page, "the printed time is Beijing's, whatever the metadata say"
    assert git(tmp_path / "mirror", "rev-list", "--count", "HEAD") == "1"


def test_each_site_has_its_own_repository(tmp_path: Path) -> None:
    with SampleServer(TinySite(date(2026, 11, 24))) as server:
        crawl(server, tmp_path, "ntdtv", "-a", "category=prog204")
        code, said = crawl(server, tmp_path, "secretchina", "-a", "category=p1")

    assert code == 2
    assert "NEWSMIRROR_REPO mirrors another site than www.secretchina.com; give each site its folder" in said


@pytest.mark.parametrize(
    ("url", "identifier"),
    [
        ("https://www.ntdtv.com/gb/2026/10/03/a104138561.html", 104138561),
        ("https://www.ntdtv.com/b5/2014/01/01/a1034743.html", 1034743),
        ("https://www.ntdtv.com/gb/prog204", None),
        ("https://www.ntdtv.com/gb/2026/10/03/104138561.html", None),
    ],
)
def test_address_of_an_article(url: str, identifier: int | None) -> None:
    known = SITE.article_of(url)

    assert (known[0] if known else None) == identifier
