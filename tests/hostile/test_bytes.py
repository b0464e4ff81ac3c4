"""Hostile bytes through whole runs: nothing cut short or outside of the tree, no control in tree or log. E rows."""

import json
import re
import unicodedata
from pathlib import Path

import pytest
from scrapy.http import HtmlResponse

from newsmirror.identity import Refusal
from newsmirror.listing import extract_list
from newsmirror.reading import list_of
from newsmirror.spiders.secretchina import SITE
from sample_site import Answer, SampleServer
from tests.conftest import git
from tests.hostile.fetch import Fetcher, Run
from tests.hostile.inputs import ARTICLES, FEEDS, IDENTIFIERS, PATH, URL, page

CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\U000e0000-\U000e0fff]"
)
BAD_NAME = re.compile(
    r'[<>:"\\|?*\x00-\x1f]|(?:^|/)[.~ -]|[. ](?:/|$)|(?:^|/)(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|/|$)', re.I
)

NAMES = [pytest.param(name, marks=pytest.mark.hostile if ARTICLES[name].slow else ()) for name in ARTICLES]


def run(fetcher: Fetcher, server: SampleServer, tmp_path: Path, text: str, **arguments: str) -> Run:
    server.overrides[PATH] = Answer(200, "text/html; charset=utf-8", text.encode(errors="surrogatepass"))
    settings = {"NEWSMIRROR_IMAGES": "none"}
    return fetcher.crawl(tmp_path / "mirror", server.url, settings=settings, **(arguments or {"url": URL}))


def tree(repo: Path) -> dict[str, bytes]:
    """Every committed file."""
    names = (
        git(repo, "-c", "core.quotePath=false", "ls-files", "-z") if (repo / ".git/refs/heads/main").exists() else ""
    )
    return {name: (repo / name).read_bytes() for name in names.split("\0") if name}


@pytest.mark.parametrize("name", NAMES)
def test_hostile_article(
    name: str, fetcher: Fetcher, server: SampleServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    hostile = ARTICLES[name]

    done = run(fetcher, server, tmp_path, hostile.make())

    files = tree(tmp_path / "mirror")
    taken = any(path.startswith("pages/") for path in files)
    assert hostile.taken in (None, taken), caplog.text[-2000:]
    assert done.outcome.exit_code in (0, 11, 13, 14)  # 11: what is larger than DOWNLOAD_MAXSIZE is no answer
    assert done.stats.get("spider_exceptions/count", 0) == 0
    assert "Traceback" not in caplog.text
    assert not CONTROL.search(caplog.text)
    for path, content in files.items():
        assert not BAD_NAME.search(path), path
        assert len(path.encode()) <= 200
        if path.endswith((".md", ".jsonl", ".xml")):
            text = content.decode()
            assert not CONTROL.search(text), path
            assert unicodedata.is_normalized("NFC", text)
            assert len(content) <= 512 * 1024
    assert len({unicodedata.normalize("NFD", path).casefold() for path in files}) == len(files)
    if files:
        assert git(tmp_path / "mirror", "fsck", "--strict") == ""


def tags_of(files: dict[str, bytes]) -> list[str]:
    """The tags of the one article."""
    found: list[str] = json.loads(files["data/2026/11/20.jsonl"])["tags"]
    return found


def test_deepest_allowed_page_is_whole(fetcher: Fetcher, server: SampleServer, tmp_path: Path) -> None:
    run(fetcher, server, tmp_path, ARTICLES["80 nested <blockquote>"].make())

    text = (tmp_path / "mirror/pages/2026/11/20/1105991.md").read_text(encoding="utf-8")

    assert "最深处的文字" in text
    assert "最后的文字" in text


def test_tags_are_bounded_and_hold_their_name_whatever_its_length(
    fetcher: Fetcher, server: SampleServer, tmp_path: Path
) -> None:
    run(fetcher, server, tmp_path, ARTICLES["tags of all lengths"].make())
    files = tree(tmp_path / "mirror")
    assert len(tags_of(files)) == 7  # 501 and more characters are no name
    assert [path for path in files if path.startswith("tags/")] == ["tags/all.md", "tags/u6/6c00.md"]


@pytest.mark.hostile
def test_article_cannot_fill_the_tree_with_lists(fetcher: Fetcher, server: SampleServer, tmp_path: Path) -> None:
    run(fetcher, server, tmp_path, ARTICLES["60,000 tags"].make())
    files = tree(tmp_path / "mirror")
    assert len(tags_of(files)) == 30
    assert len([path for path in files if path.startswith("tags/")]) <= 31


@pytest.mark.parametrize("name", FEEDS)
def test_hostile_feed(name: str) -> None:
    url = "https://www.secretchina.com/news/gb/p1.xml"
    response = HtmlResponse(url, body=FEEDS[name].encode(), headers={"Content-Type": "text/xml"})

    found = list_of(response, kind="feed", site=SITE)

    assert isinstance(found, Refusal)
    assert "root:" not in repr(found)


@pytest.mark.parametrize("identifier", IDENTIFIERS)
def test_what_is_no_id_is_no_article(identifier: str) -> None:
    url = f"https://www.secretchina.com/news/gb/2026/11/20/{identifier}.html"

    assert SITE.article_of(url) is None
    assert extract_list(f'<a href="{url}">x</a><a href="/?nid={identifier}">y</a>', url=URL, site=SITE).links == ()


def test_list_with_a_million_links_is_not_read(fetcher: Fetcher, server: SampleServer, tmp_path: Path) -> None:
    links = "".join(f"<a href={PATH[:-12]}{number}.html>x</a>" for number in range(1, 40_000))
    server.overrides["/news/gb/p1.html"] = server.overrides["/news/gb/p1.xml"] = Answer(
        200, "text/html", links.encode()
    )

    done = fetcher.crawl(tmp_path / "mirror", server.url, category="p1")

    assert done.outcome.exit_code == 13
    assert done.count("lists/hostile") == 2
    assert not [target for target in server.requests if "/2026/" in target]


def test_many_copies_of_one_article_are_one(fetcher: Fetcher, server: SampleServer, tmp_path: Path) -> None:
    """D14: hosts, scripts, schemes and endings of one article's address."""
    forms = [f"{scheme}://{host}.secretchina.com/news/{script}/2026/11/20/1105991.htm{end}"
             for scheme in ("http", "https") for host in ("www", "m", "cn", "b5") for script in ("gb", "b5")
             for end in ("", "l", "l?x=1", "l#top", "l.%E9%A2%98.html")]  # fmt: skip
    for key in ("p1", "p2"):
        links = "".join(f'<a href="{form}">河边的钟声</a>' for form in forms)
        server.overrides[f"/news/gb/{key}.html"] = Answer(
            200, "text/html", f"<title>{key} 看中国</title>{links}".encode()
        )
        server.overrides[f"/news/gb/{key}.xml"] = Answer(404, "text/html", b"")

    run(fetcher, server, tmp_path, page(), category="p1,p2")

    assert [path for path in tree(tmp_path / "mirror") if path.startswith("pages/")] == [
        "pages/2026/11/20/1105991.md", "pages/2026/11/20/1105991.md.png",
    ]  # fmt: skip
    assert [target for target in server.requests if "/2026/" in target] == [PATH]
