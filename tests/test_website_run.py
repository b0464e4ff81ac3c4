"""`scrapy site DIR` on a real mirror: what is written, again and after news, and which folders it takes."""

import json
import posixpath
import re
import subprocess
from pathlib import Path
from urllib.parse import unquote

import pytest
from lxml import html

from newsmirror.config import Config
from newsmirror.exceptions import RefusedError
from newsmirror.git import Repository
from newsmirror.spiders.secretchina import SITE
from newsmirror.website import Website, Written
from tests.conftest import Run, git, run_scrapy


def command(tmp_path: Path, folder: str = "site") -> subprocess.CompletedProcess[str]:
    return run_scrapy("site", "-s", f"NEWSMIRROR_REPO={tmp_path / 'mirror'}", folder, cwd=tmp_path)


def write_site(mirror: Path, folder: Path) -> Written:
    """The same as the command, in this process."""
    config = Config.from_settings({"NEWSMIRROR_REPO": str(mirror)})
    return Website(Repository(mirror, "main"), SITE, config, folder).write()


def files_of(folder: Path) -> dict[str, tuple[int, bytes]]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.read_bytes()) for path in found}


def contents_of(folder: Path) -> dict[str, bytes]:
    return {name: content for name, (_, content) in files_of(folder).items()}


def test_site_mirrors_the_tree_and_every_link_resolves(mirror: Path, tmp_path: Path) -> None:
    done = command(tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    site = tmp_path / "site"
    for path in git(mirror, "-c", "core.quotePath=false", "ls-files").splitlines():
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


def test_second_call_writes_nothing_and_news_write_little(crawl: Run, mirror: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    write_site(mirror, site)
    before = files_of(site)

    again = write_site(mirror, site)
    same = files_of(site)
    crawl("-s", "NEWSMIRROR_IMAGES=mirror")
    news = write_site(mirror, site)
    write_site(mirror, tmp_path / "fresh")

    assert again == Written(0, 0, 0)
    assert same == before
    assert 0 < news.pages < 40
    after = files_of(site)
    untouched = [name for name, entry in before.items() if after[name] == entry]
    assert len([name for name in untouched if name.startswith("pages/")]) > 40
    assert contents_of(site) == contents_of(tmp_path / "fresh")


def test_page_that_is_gone_goes_from_the_site(mirror: Path, tmp_path: Path) -> None:
    page = next(mirror.glob("pages/2026/*/*/*.md")).relative_to(mirror)
    write_site(mirror, tmp_path / "site")
    git(mirror, "rm", "--quiet", str(page))
    git(mirror, "-c", "user.name=x", "-c", "user.email=x@x", "commit", "--quiet", "-m", "x")

    done = write_site(mirror, tmp_path / "site")

    assert done.removed == 1
    assert not (tmp_path / "site" / page.with_suffix(".html")).exists()
    assert (tmp_path / "site" / f"{page}.png").exists()


def test_folders_that_are_taken_and_refused(mirror: Path, tmp_path: Path) -> None:
    (tmp_path / "host").mkdir()
    for name in (".git", "CNAME"):
        (tmp_path / "host" / name).write_text("x")
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "thesis.txt").write_text("mine")

    other = command(tmp_path, "thesis")

    assert other.returncode == 2
    assert other.stderr == "newsmirror: 'thesis' holds other files; name an empty or a new folder\n"
    assert [path.name for path in (tmp_path / "thesis").iterdir()] == ["thesis.txt"]
    with pytest.raises(RefusedError, match="lies inside of NEWSMIRROR_REPO"):
        write_site(mirror, mirror / "site")
    assert not (mirror / "site").exists()
    assert write_site(mirror, tmp_path / "host").pages > 0


def test_site_that_was_interrupted_is_completed(mirror: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    write_site(mirror, site)
    whole = contents_of(site)
    marker = site / ".newsmirror-site.json"
    marker.write_text(json.dumps(json.loads(marker.read_text()) | {"commit": None}))
    (site / "index.html").unlink()
    (site / "links.html").write_text("half")

    done = write_site(mirror, site)

    assert (done.pages, done.files) == (2, 0)
    assert contents_of(site) == whole
