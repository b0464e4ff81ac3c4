"""Whole runs: the command line, a server on loopback, real git. What an operator would see."""

import itertools
import json
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import unquote

import cmarkgfm
import pytest
import zxingcpp
from lxml import html
from PIL import Image

from sample_site import Answer, SampleServer, SampleSite
from tests.conftest import Run, closed_port, crawl_into, git, run_scrapy

JUNK = re.compile("诚征荣誉会员|禁止建立|短网址|严禁建立|adsbygoogle|taboola|div-gpt|kzgd|荣誉会员招募中")
ARTICLE = re.compile(r"^/news/(?:gb|b5)/\d{4}/")
SITE = SampleSite(date(2026, 11, 24))
PUBLIC = ("-s", "NEWSMIRROR_PUBLIC_URL=https://code.example/o/r/blob/main")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a first run that took everything, in a process of its own. To be looked at: see `grown`."""
    folder = tmp_path_factory.mktemp("whole")
    with SampleServer(SITE) as server:
        done = crawl_into(folder, server.url, *PUBLIC, "-O", "articles.jsonl", fresh=True)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def grown(whole: Path, tmp_path: Path) -> Path:
    """A copy of that run's mirror where `crawl` expects one."""
    return Path(shutil.copytree(whole / "mirror", tmp_path / "mirror", symlinks=True))


def files_of(repo: Path) -> dict[str, tuple[int, bytes]]:
    """Modification time and content of every published file."""
    found = (path for path in repo.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {str(path.relative_to(repo)): (path.stat().st_mtime_ns, path.read_bytes()) for path in found}


def rendered(page: Path) -> html.HtmlElement:
    return html.fromstring(f"<div>{cmarkgfm.github_flavored_markdown_to_html(page.read_text(encoding='utf-8'))}</div>")


def requested_articles(server: SampleServer) -> list[str]:
    return [target for target in server.requests if ARTICLE.match(target)]


def status_of(repo: Path) -> dict[str, object]:
    status: dict[str, object] = json.loads((repo / ".git/newsmirror/status.json").read_text(encoding="utf-8"))
    return status


def test_first_run_commits_every_article(whole: Path) -> None:
    repo = whole / "mirror"

    pages = git(repo, "ls-files", "pages/*.md").splitlines()
    assert len(pages) == len(SITE.articles) == 40
    assert git(repo, "rev-list", "--count", "main") == "1"
    assert git(repo, "status", "--porcelain") == ""
    assert git(repo, "fsck", "--strict") == ""
    assert status_of(repo)["outcome"] == "published"
    assert git(repo, "log", "-1", "--format=%an %ae %cn %ce %ai %s").startswith(
        "newsmirror newsmirror@example.invalid newsmirror newsmirror@example.invalid "
    )
    assert git(repo, "log", "-1", "--format=%ai|%ci|%s").count("+0000") == 2
    assert git(repo, "log", "-1", "--format=%s") == "newsmirror: 40 new, 0 updated"


def test_published_tree_is_fit_to_read(whole: Path) -> None:
    repo = whole / "mirror"
    pages = sorted((repo / "pages").rglob("*.md"))
    assert len(pages) == 40
    for page in [*pages, *(repo / "indexes").rglob("*.md"), *(repo / "tags").rglob("*.md"), repo / "README.md"]:
        text = page.read_text(encoding="utf-8")
        assert not JUNK.search(text), page
        tree = rendered(page)
        for target in tree.xpath("//a/@href | //img/@src"):
            if not re.match("https?:|mailto:", target):
                assert (page.parent / unquote(target.partition("#")[0])).is_file(), (page, target)
    ranking = [f"{page.stem}" for page in map(Path, rendered(repo / "indexes/hot.md").xpath("//ol[1]/li/a/@href"))]
    assert ranking[:10] == [f"{article.id}" for article in SITE.most_read()]  # what follows stands beside it
    for page in pages:
        address = f"https://code.example/o/r/blob/main/{page.relative_to(repo)}"
        code = zxingcpp.read_barcode(Image.open(f"{page}.png"))
        assert code is not None
        assert code.text == address
        assert f"<{address}>" in page.read_text(encoding="utf-8")


def test_reader_finds_way_from_front_page_to_article_and_back(whole: Path) -> None:
    repo = whole / "mirror"

    first = rendered(repo / "README.md").xpath("//li/a/@href")[0]
    home = rendered(repo / first).xpath("//a[text()='首页']/@href")[0]
    category = rendered(repo / first).xpath("//a[starts-with(text(),'看')]/@href")[0]

    assert first == "pages/2026/11/20/1105991.md"
    assert ((repo / first).parent / home).resolve() == repo / "README.md"
    assert first in [
        str(((repo / "indexes") / target).resolve().relative_to(repo))
        for target in rendered((repo / first).parent / category).xpath("//li/a/@href")
    ]


def test_second_run_writes_and_asks_nothing(crawl: Run, server: SampleServer, grown: Path) -> None:
    before = files_of(grown)

    done = crawl(*PUBLIC)

    assert done.returncode == 0
    assert "nothing_new" in done.stderr
    assert requested_articles(server) == []
    assert files_of(grown) == before
    assert git(grown, "rev-list", "--count", "main") == "1"


def test_later_day_commits_exactly_the_new_articles(
    crawl: Run, server: SampleServer, whole: Path, tmp_path: Path
) -> None:
    repo = tmp_path / "mirror"
    server.site = SampleSite(date(2026, 11, 10))
    crawl(*PUBLIC)
    known = set(git(repo, "ls-files", "pages/*.md").splitlines())
    server.requests.clear()
    server.site = SampleSite(date(2026, 11, 24))

    done = crawl(*PUBLIC)

    assert done.returncode == 0
    added = git(repo, "diff", "--name-only", "--diff-filter=A", "HEAD~1", "HEAD", "--", "pages/*.md").splitlines()
    assert len(known) + len(added) == 40
    assert len(requested_articles(server)) == len(added) > 0
    assert git(repo, "diff", "--name-only", "--diff-filter=M", "HEAD~1", "HEAD", "--", "pages").splitlines() == []
    assert git(repo, "rev-list", "--count", "main") == "2"
    # The same source gives the same tree, in one run or in several, whatever the order of a process's sets.
    assert git(repo, "rev-parse", "HEAD^{tree}") == git(whole / "mirror", "rev-parse", "HEAD^{tree}")


def test_limit_leaves_the_rest_to_the_next_run(crawl: Run, tmp_path: Path) -> None:
    repo = tmp_path / "mirror"

    crawl("-a", "limit=7")
    first = len(git(repo, "ls-files", "pages/*.md").splitlines())
    crawl()

    assert first == 7
    assert len(git(repo, "ls-files", "pages/*.md").splitlines()) == 40


def test_since_takes_only_what_is_younger(crawl: Run, tmp_path: Path) -> None:
    crawl("-a", "since=2026-11-15")

    days = {path.split("/")[3] for path in git(tmp_path / "mirror", "ls-files", "pages/*.md").splitlines()}
    assert days
    assert min(days) >= "15"


def test_single_address_is_fetched_without_lists(crawl: Run, server: SampleServer, tmp_path: Path) -> None:
    done = crawl("-a", "url=https://m.secretchina.com/news/b5/2026/11/20/1105991.html")

    assert done.returncode == 0, done.stderr
    assert git(tmp_path / "mirror", "ls-files", "pages/*.md") == "pages/2026/11/20/1105991.md"
    assert server.requests == ["/robots.txt", "/news/gb/2026/11/20/1105991.html"]


def test_export_holds_clean_articles(whole: Path) -> None:
    lines = (whole / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    assert len(records) == 40
    assert {"id", "title", "published", "category", "blocks", "tags"} <= set(records[0])
    assert not JUNK.search("".join(lines))


def test_without_pipelines_nothing_is_written(crawl: Run, tmp_path: Path) -> None:
    done = crawl("-s", "ITEM_PIPELINES={}", "-a", "category=p1")

    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "mirror").exists()


def test_list_parse_and_shell_work(server: SampleServer, tmp_path: Path) -> None:
    front = [
        "-s",
        f"NEWSMIRROR_SITE_URL={server.url}",
        "-s",
        "DOWNLOAD_DELAY=0",
        "-s",
        f"NEWSMIRROR_REPO={tmp_path / 'm'}",
    ]
    url = "https://www.secretchina.com/news/gb/2026/11/20/1105991.html"

    listed = run_scrapy("list", cwd=tmp_path)
    parsed = run_scrapy("parse", "--spider=secretchina", "-c", "parse_article", url, *front, cwd=tmp_path)
    shell = run_scrapy("shell", "--spider=secretchina", "-c", "response.url", url, *front, cwd=tmp_path)

    assert listed.stdout.split() == ["ntdtv", "secretchina"]
    assert "1105991" in parsed.stdout
    assert "ScrapedArticle" in parsed.stdout or "layout" in parsed.stdout
    assert url in shell.stdout


# How runs end that cannot publish


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    return next(line for line in reversed(done.stderr.splitlines()) if "newsmirror" in line)


def refusals(done: subprocess.CompletedProcess[str]) -> list[str]:
    return [line for line in done.stderr.splitlines() if line.startswith("newsmirror: ")]


def test_wrong_category_and_date_are_refused_together(crawl: Run, server: SampleServer, tmp_path: Path) -> None:
    done = crawl("-a", "category=p99", "-a", "since=2026-13-01", "-s", "NEWSMIRROR_MEMBERS_ONLY=maybe")

    assert done.returncode == 2
    assert refusals(done) == [
        "newsmirror: NEWSMIRROR_MEMBERS_ONLY is 'maybe'; use teaser or full",
        "newsmirror: spider argument 'category': unknown category 'p99', known are p1, p2, p3, p4, p5, p6, p7, p8, p9, "
        "p10, p11, p12, p20037, p20164, p20036, p20134",
        "newsmirror: spider argument 'since': invalid date '2026-13-01', use YYYY-MM-DD, or 2d or 12h "
        "for days or hours ago",
    ]
    assert server.requests == []
    assert not (tmp_path / "mirror").exists()


def test_unknown_spider_is_refused(tmp_path: Path) -> None:
    done = run_scrapy("crawl", "secretchinna", cwd=tmp_path)

    assert done.returncode == 2
    assert refusals(done) == ["newsmirror: there is no spider 'secretchinna', known are ntdtv, secretchina"]


def test_folder_with_other_files_is_refused(crawl: Run, server: SampleServer, tmp_path: Path) -> None:
    (tmp_path / "mirror").mkdir()
    (tmp_path / "mirror/thesis.txt").write_text("mine")

    done = crawl()

    assert done.returncode == 2
    assert "refused: NEWSMIRROR_REPO is a folder with other files" in done.stderr
    assert server.requests == []
    assert [path.name for path in (tmp_path / "mirror").iterdir()] == ["thesis.txt"]


def test_repository_of_something_else_is_refused(crawl: Run, server: SampleServer, tmp_path: Path) -> None:
    repo = tmp_path / "mirror"
    subprocess.run(["git", "init", "-q", "-b", "main", str(repo)], check=True)
    (repo / "program.c").write_text("int main;")
    git(repo, "add", ".")
    git(repo, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "mine")

    done = crawl()

    assert done.returncode == 2
    assert "refused: NEWSMIRROR_REPO is another repository, no mirror" in done.stderr
    assert server.requests == []


def test_unwritable_folder_ends_no_space(crawl: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    done = crawl(repo=tmp_path / "file/mirror")

    assert done.returncode == 20
    assert "no_space: NEWSMIRROR_REPO cannot be written (Not a directory)" in done.stderr


def test_server_down_ends_unreachable(crawl: Run, tmp_path: Path) -> None:
    done = crawl(url=f"http://127.0.0.1:{closed_port()}")

    assert done.returncode == 11
    assert "unreachable 0 new" in last_line(done)
    assert status_of(tmp_path / "mirror")["exit_code"] == 11


def test_empty_list_ends_suspicious(crawl: Run, server: SampleServer, tmp_path: Path) -> None:
    empty = Answer(200, "text/html; charset=utf-8", b"<html><body><p>welcome</p></body></html>")
    server.overrides["/news/gb/p1.html"] = server.overrides["/news/gb/p1.xml"] = empty

    done = crawl("-a", "category=p1")

    assert done.returncode == 13
    assert "suspicious 0 new" in last_line(done)


def test_robots_disallow_ends_limited(crawl: Run, server: SampleServer) -> None:
    server.overrides["/robots.txt"] = Answer(200, "text/plain", b"User-agent: *\nDisallow: /\n")

    done = crawl()

    assert done.returncode == 15
    assert "limited 0 new" in last_line(done)
    assert server.requests == ["/robots.txt"]


def test_changed_layout_is_loud_and_publishes_nothing(crawl: Run, server: SampleServer, tmp_path: Path) -> None:
    strange = Answer(200, "text/html; charset=utf-8", "<html><body><h1>新版</h1><p>正文</p></body></html>".encode())
    for identifier, record in server.site.articles.items():
        server.overrides[f"/news/gb/{record.published:%Y/%m/%d}/{identifier}.html"] = strange

    done = crawl()

    assert done.returncode == 14
    assert "layout_changed 0 new, 0 updated, 40 quarantined" in last_line(done)
    assert not (tmp_path / "mirror/pages").exists()


def test_articles_that_cannot_be_had_are_warnings(crawl: Run, server: SampleServer) -> None:
    """One in another layout, one that is gone, one that leads off the site; the next run asks for none of them."""
    strange = Answer(200, "text/html; charset=utf-8", "<html><body><h1>新版</h1><p>正文</p></body></html>".encode())
    away = b'<html><head><meta http-equiv="refresh" content="0;url=https://evil.example/"></head></html>'
    server.overrides |= {
        "/news/gb/2026/11/20/1105991.html": strange,
        "/news/gb/2026/11/18/1105980.html": Answer(404, "text/html", b"gone"),
        "/news/gb/2026/11/19/1105987.html": Answer(200, "text/html", away),
    }

    done = crawl()

    assert done.returncode == 0
    assert "published 37 new, 0 updated, 2 quarantined" in last_line(done)  # what is gone is none of them
    assert "Not published (layout: no layout of secretchina matches" in done.stderr
    assert "evil.example" not in done.stderr
    server.requests.clear()

    again = crawl()

    assert again.returncode == 0
    assert requested_articles(server) == []


class HeldSite(SampleSite):
    """Answers for three articles; for others when it is let go on."""

    def __init__(self, day: date):
        super().__init__(day)
        self.goes_on, self._asked = threading.Event(), itertools.count(1)
        self.is_held = threading.Event()

    def respond(self, target: str) -> Answer:
        if ARTICLE.match(target) and next(self._asked) > 3:
            self.is_held.set()
            self.goes_on.wait()
        return super().respond(target)


@pytest.fixture
def held(server: SampleServer) -> Iterator[HeldSite]:
    server.site = site = HeldSite(date(2026, 11, 24))
    yield site
    site.goes_on.set()


def start(server: SampleServer, repo: Path) -> subprocess.Popen[str]:
    """Begin a run that takes one article after the other."""
    settings = [f"NEWSMIRROR_SITE_URL={server.url}", f"NEWSMIRROR_REPO={repo}", "NEWSMIRROR_TAGS=", "DOWNLOAD_DELAY=0",
                "CONCURRENT_REQUESTS=1"]  # fmt: skip
    options = [word for setting in settings for word in ("-s", setting)]
    command = [sys.executable, "-m", "scrapy", "crawl", "secretchina", "-a", "category=p1", *options]
    return subprocess.Popen(command, cwd=Path(__file__).parent.parent, stderr=subprocess.PIPE, text=True)


def test_interrupt_publishes_what_is_complete(server: SampleServer, held: HeldSite, tmp_path: Path, crawl: Run) -> None:
    repo = tmp_path / "mirror"
    process = start(server, repo)
    assert held.is_held.wait(120)
    process.send_signal(signal.SIGINT)
    assert process.stderr
    said = ""
    while "Closing spider" not in said and (line := process.stderr.readline()):
        said += line
    held.goes_on.set()
    said += process.communicate()[1]

    assert process.returncode == 40, said
    taken = len(git(repo, "ls-files", "pages/*.md").splitlines())
    assert taken in (3, 4)
    assert git(repo, "status", "--porcelain") == ""
    assert crawl("-a", "category=p1").returncode == 0
    assert len(git(repo, "ls-files", "pages/*.md").splitlines()) >= 12


def test_killed_run_is_made_good_by_the_next(server: SampleServer, held: HeldSite, tmp_path: Path, crawl: Run) -> None:
    repo = tmp_path / "mirror"
    process = start(server, repo)
    assert held.is_held.wait(120)
    process.kill()
    process.communicate()
    held.goes_on.set()

    done = crawl()

    assert done.returncode == 0
    assert "The run before did not come to its end" in done.stderr
    assert len(git(repo, "ls-files", "pages/*.md").splitlines()) == 40
    assert git(repo, "status", "--porcelain") == ""
    assert git(repo, "fsck", "--strict") == ""


def test_narrow_run_keeps_what_an_earlier_one_left(crawl: Run, server: SampleServer, tmp_path: Path) -> None:
    crawl("-a", "limit=7")
    crawl("-a", "category=p9", "-a", "limit=1")
    # The lists lose everything, as after a week without a run; what was found before still comes.
    nothing = Answer(404, "text/html", b"gone")
    for target in [unquote(target) for target in server.requests if not ARTICLE.match(target)]:
        if target != "/robots.txt" and not target.startswith("/news/gb/p9"):
            server.overrides[target] = nothing

    done = crawl()

    assert done.returncode == 0, done.stderr
    assert len(git(tmp_path / "mirror", "ls-files", "pages/*.md").splitlines()) == 40


def test_refresh_takes_a_changed_article_again(crawl: Run, server: SampleServer, grown: Path) -> None:
    path = "/news/gb/2026/11/20/1105991.html"
    page = server.site.respond(path).body.decode()
    changed = page.replace("</title>", "</title><!-- -->").replace("<p>", "<p>更正：", 3)
    server.overrides[path] = Answer(200, "text/html; charset=utf-8", changed.encode())

    done = crawl(*PUBLIC, "-a", "refresh=1")

    assert "published 0 new, 1 updated" in last_line(done)
    files = git(grown, "diff", "--name-only", "HEAD~1", "HEAD").splitlines()
    feeds = ["feeds/all.xml", "feeds/p1.xml"]
    assert files == ["data/2026/11/20.jsonl", "data/2026/11/20/1105991.md", *feeds, "pages/2026/11/20/1105991.md"]


# Dry runs


def test_dry_run_says_what_it_would_do_and_keeps_nothing(crawl: Run, tmp_path: Path) -> None:
    dry = ("-s", "NEWSMIRROR_DRY_RUN=1", "-s", "NEWSMIRROR_IMAGES=none", "-a", "category=p1")

    first = crawl(*dry)

    assert first.returncode == 0, first.stderr
    assert "Would write pages/" in first.stderr
    assert "then push to: no remote" in first.stderr
    count = re.search(r"dry run, nothing is kept: published (\d+) new", first.stderr)
    assert count
    assert not list((tmp_path / "mirror").glob("[!.]*"))
    assert not (tmp_path / "mirror" / ".git" / "newsmirror" / "status.json").exists()

    real = crawl(*dry[2:])

    assert f"published {count[1]} new" in real.stderr, "the dry run left nothing behind that a run would know"


def test_dry_run_of_a_mirror_leaves_it_as_it_is(crawl: Run, tmp_path: Path) -> None:
    crawl("-a", "category=p1", "-a", "limit=2", "-s", "NEWSMIRROR_IMAGES=none")
    tip = git(tmp_path / "mirror", "rev-parse", "HEAD")
    status = (tmp_path / "mirror" / ".git" / "newsmirror" / "status.json").read_bytes()

    done = crawl("-a", "category=p1", "-s", "NEWSMIRROR_DRY_RUN=1", "-s", "NEWSMIRROR_IMAGES=none")

    assert done.returncode == 0
    assert git(tmp_path / "mirror", "rev-parse", "HEAD") == tip
    assert git(tmp_path / "mirror", "status", "--porcelain") == ""
    assert (tmp_path / "mirror" / ".git" / "newsmirror" / "status.json").read_bytes() == status


def test_responses_can_be_kept_while_developing(crawl: Run, server: SampleServer, tmp_path: Path) -> None:
    cache = ("-s", "HTTPCACHE_ENABLED=1", "-s", f"HTTPCACHE_DIR={tmp_path}/cache", "-s", "NEWSMIRROR_IMAGES=none")
    crawl(*cache, "-a", "category=p1", repo=tmp_path / "a")
    asked = len(server.requests)

    done = crawl(*cache, "-a", "category=p1", "-s", "HTTPCACHE_IGNORE_MISSING=1", repo=tmp_path / "b")

    assert done.returncode == 0, done.stderr
    assert len(server.requests) == asked, "nothing was asked a second time"
    assert git(tmp_path / "a", "rev-parse", "HEAD^{tree}") == git(tmp_path / "b", "rev-parse", "HEAD^{tree}")


def test_run_with_a_bound_of_scrapy_publishes_what_it_has(crawl: Run, tmp_path: Path) -> None:
    done = crawl("-s", "CLOSESPIDER_ITEMCOUNT=3", "-s", "NEWSMIRROR_IMAGES=none")

    assert done.returncode == 1, "a bound that was reached is told; see docs/operate.md"
    new = json.loads((tmp_path / "mirror" / ".git" / "newsmirror" / "status.json").read_text())["new"]
    assert new >= 3

    following = crawl("-s", "NEWSMIRROR_IMAGES=none")

    assert following.returncode == 0
    assert "published" in following.stderr


def test_folder_of_a_job_does_not_hide_articles(crawl: Run, tmp_path: Path) -> None:
    job = ("-s", f"JOBDIR={tmp_path}/job", "-s", "NEWSMIRROR_IMAGES=none", "-a", "category=p1")
    assert crawl(*job, "-a", "limit=2").returncode == 0

    done = crawl(*job)

    assert done.returncode == 0, done.stderr
    assert "published" in done.stderr
    assert "nothing_new" in crawl(*job).stderr
