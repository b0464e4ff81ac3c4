"""`scrapy site DIR` on a real mirror: what is written, again and after news, and which folders it takes."""

import json
import posixpath
import re
import subprocess
from datetime import date
from pathlib import Path
from urllib.parse import unquote

from lxml import html

from sample_site import SampleServer, SampleSite
from tests.conftest import Run, git, run_scrapy


def write_site(tmp_path: Path, folder: str = "site") -> subprocess.CompletedProcess[str]:
    return run_scrapy("site", "-s", f"NEWSMIRROR_REPO={tmp_path / 'mirror'}", folder, cwd=tmp_path)


def files_of(folder: Path) -> dict[str, tuple[int, bytes]]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.read_bytes()) for path in found}


def test_site_mirrors_the_tree_and_every_link_resolves(crawl: Run, tmp_path: Path) -> None:
    crawl("-s", "NEWSMIRROR_IMAGES=mirror", "-s", "NEWSMIRROR_PUBLIC_URL=https://code.example/o/r/blob/main")

    done = write_site(tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    site = tmp_path / "site"
    tracked = git(tmp_path / "mirror", "-c", "core.quotePath=false", "ls-files").splitlines()
    for path in tracked:
        name = {"README.md": "index.html", "LINKS.md": "links.html"}.get(path, re.sub(r"\.md$", ".html", path))
        assert (site / name).is_file() != path.startswith("data/"), path
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 60
    for page in pages:
        tree = html.fromstring(page.read_bytes())
        here = page.relative_to(site).parent.as_posix()
        loaded = tree.xpath("//img/@src | //script/@src | //link/@href")
        assert not [address for address in loaded if re.match(r"(?i)[a-z]+:|//", address)]
        policy = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
        assert policy[0].startswith("default-src 'none'; ")
        for address in [*loaded, *tree.xpath("//a/@href")]:
            if not re.match(r"https?:|mailto:|#", address):
                target = posixpath.normpath(posixpath.join(here, unquote(address.partition("#")[0])))
                assert (site / target).is_file(), (page, address)
    assert f"{len(pages) - 1} pages and " in done.stdout  # the search page is none of the tree


def test_second_call_writes_nothing_and_news_write_little(crawl: Run, server: SampleServer, tmp_path: Path) -> None:
    server.site = SampleSite(date(2026, 11, 18))
    crawl()
    write_site(tmp_path)
    before = files_of(tmp_path / "site")

    again = write_site(tmp_path)
    same = files_of(tmp_path / "site")
    server.site = SampleSite(date(2026, 11, 24))
    crawl()
    news = write_site(tmp_path)
    fresh = write_site(tmp_path, "fresh")

    assert again.stdout == "0 pages and 0 other files written, 0 removed; open index.html\n"
    assert same == before
    after = files_of(tmp_path / "site")
    assert not news.stdout.startswith("0 pages")
    untouched = [name for name, entry in before.items() if after[name] == entry]
    assert len([name for name in untouched if name.startswith("pages/")]) > 40
    assert {name: content for name, (_, content) in after.items()} == {
        name: content for name, (_, content) in files_of(tmp_path / "fresh").items()
    }
    assert fresh.returncode == 0


ONE = ("-a", "url=https://www.secretchina.com/news/gb/2026/11/20/1105991.html")


def test_page_that_is_gone_goes_from_the_site(crawl: Run, tmp_path: Path) -> None:
    crawl(*ONE)
    write_site(tmp_path)
    git(tmp_path / "mirror", "rm", "--quiet", "pages/2026/11/20/1105991.md")
    git(tmp_path / "mirror", "-c", "user.name=x", "-c", "user.email=x@x", "commit", "--quiet", "-m", "x")

    done = write_site(tmp_path)

    assert not (tmp_path / "site/pages/2026/11/20/1105991.html").exists()
    assert (tmp_path / "site/pages/2026/11/20/1105991.md.png").exists()
    assert "1 removed" in done.stdout


def test_folders_that_are_taken_and_refused(crawl: Run, tmp_path: Path) -> None:
    crawl(*ONE)
    (tmp_path / "host").mkdir()
    for name in (".git", "CNAME"):
        (tmp_path / "host" / name).write_text("x")
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "thesis.txt").write_text("mine")

    host, other, inside = (write_site(tmp_path, name) for name in ("host", "thesis", "mirror/site"))

    assert host.returncode == 0
    assert (other.returncode, inside.returncode) == (2, 2)
    assert other.stderr == "newsmirror: 'thesis' holds other files; name an empty or a new folder\n"
    assert [path.name for path in (tmp_path / "thesis").iterdir()] == ["thesis.txt"]
    assert not (tmp_path / "mirror/site").exists()


def test_site_that_was_interrupted_is_completed(crawl: Run, tmp_path: Path) -> None:
    crawl(*ONE)
    write_site(tmp_path)
    whole = files_of(tmp_path / "site")
    marker = tmp_path / "site/.newsmirror-site.json"
    marker.write_text(json.dumps(json.loads(marker.read_text()) | {"commit": None}))
    (tmp_path / "site/index.html").unlink()
    (tmp_path / "site/links.html").write_text("half")

    write_site(tmp_path)

    assert {name: content for name, (_, content) in files_of(tmp_path / "site").items()} == {
        name: content for name, (_, content) in whole.items()
    }
