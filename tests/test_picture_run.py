"""Whole runs with pictures: what is fetched, what stands in the tree, what is left when a picture cannot be had."""

import hashlib
import json
import re
from pathlib import Path
from urllib.parse import unquote

import cmarkgfm
from lxml import html
from PIL import Image

from newsmirror.pictures import read_webp
from sample_site import Answer, SampleServer
from tests.conftest import Run, git
from tests.samples import encoded

MIRROR = ("-s", "NEWSMIRROR_IMAGES=mirror")
TREE_PAGE = "pages/2026/09/02/1104310.md"
TREE_URL = "/news/gb/2026/09/02/1104310.html"
"""An article with three pictures."""
ONE = (*MIRROR, "-a", f"url=https://www.secretchina.com{TREE_URL}")
FIRST, SECOND, THIRD = (f"/pic/2026/9-2/{name}-ss.jpg" for name in (
    "p3312930a866718050", "p3312931a169784442", "p3312932a263061053",
))  # fmt: skip
REMOTE = "https://img6.secretchina.com"


def asked_pictures(server: SampleServer) -> list[str]:
    return [target for target in server.requests if target.startswith("/pic/")]


def images_of(page: Path) -> list[str]:
    """What a page's pictures but for the QR code are loaded from."""
    tree = html.fromstring(cmarkgfm.github_flavored_markdown_to_html(page.read_text(encoding="utf-8")))
    return [unquote(str(src)) for src in tree.xpath("//img/@src") if not str(src).endswith(".md.png")]


def pictures_of_status(repo: Path) -> dict[str, int]:
    status = json.loads((repo / ".git/newsmirror/status.json").read_text(encoding="utf-8"))
    found: dict[str, int] = status["pictures"]
    return found


def test_every_picture_is_in_the_tree(crawl: Run, server: SampleServer, tmp_path: Path) -> None:
    repo = tmp_path / "mirror"

    done = crawl(*MIRROR)

    assert done.returncode == 0, done.stderr
    shown = [(page, src) for page in repo.glob("pages/*/*/*/*.md") for src in images_of(page)]
    assert len(shown) > 15
    files = {(page.parent / src).resolve().relative_to(repo) for page, src in shown}
    assert files == {Path(line) for line in git(repo, "ls-files", "images").splitlines()}
    for file in files:
        content = (repo / file).read_bytes()
        assert re.fullmatch(r"images/([0-9a-f]{2})/\1[0-9a-f]{62}\.webp", str(file))
        assert file.stem == hashlib.sha256(content).hexdigest()
        assert read_webp(content) == (320, 180)
    asked = asked_pictures(server)
    assert len(asked) == len(set(asked))
    counts = pictures_of_status(repo)
    total = sum(len((repo / file).read_bytes()) for file in files)
    assert counts["fetched"] == len(asked)
    assert counts["bytes"] >= total
    assert counts["bytes_an_article"] == round(counts["bytes"] / 40)
    assert f"{counts['fetched']} pictures, 0." in done.stderr


def test_record_says_which_picture_is_where(crawl: Run, tmp_path: Path) -> None:
    repo = tmp_path / "mirror"

    crawl(*ONE)

    head = (repo / "data/2026/09/02/1104310.md").read_text(encoding="utf-8").splitlines()[1]
    places = json.loads(head)["notes"]["pictures"]
    page = repo / TREE_PAGE
    shown = [str((page.parent / src).resolve().relative_to(repo)) for src in images_of(page)]
    assert shown == [places[f"{REMOTE}{path}"] for path in (FIRST, SECOND, THIRD)]


def test_changed_article_keeps_its_pictures_without_asking(crawl: Run, server: SampleServer, tmp_path: Path) -> None:
    repo = tmp_path / "mirror"
    crawl(*ONE)
    files = git(repo, "ls-files", "images")
    body = server.site.respond(TREE_URL).body.replace("瓦罐".encode(), "陶罐".encode())
    server.overrides[TREE_URL] = Answer(200, "text/html; charset=utf-8", body)
    server.requests.clear()

    done = crawl(*ONE, "-a", "refresh=1")

    assert "0 new, 1 updated" in done.stderr
    assert asked_pictures(server) == []
    assert git(repo, "ls-files", "images") == files
    assert len(images_of(repo / TREE_PAGE)) == 3


def put_before_the_text(server: SampleServer, names: list[str]) -> None:
    """Give the article further pictures."""
    images = "".join(f'<p><img alt="图{i}" src="//img6.secretchina.com{name}" /></p>' for i, name in enumerate(names))
    body = server.site.respond(TREE_URL).body.decode()
    start = body.index("<p style=", body.index("article_right"))
    page = body[:start] + images + body[start:]
    server.overrides[TREE_URL] = Answer(200, "text/html; charset=utf-8", page.encode())


def test_pictures_that_fail_leave_caption_and_link(crawl: Run, server: SampleServer, tmp_path: Path) -> None:
    repo = tmp_path / "mirror"
    noise = encoded(Image.effect_noise((90, 90), 60), "PNG")
    answers = {
        "/pic/2026/9-2/p1a1.jpg": Answer(404, "text/html", b"<h1>404</h1>"),
        "/pic/2026/9-2/p2a2.jpg": Answer(200, "image/jpeg", b"<!DOCTYPE html><title>blocked</title>"),
        "/pic/2026/9-2/p3a3.jpg": Answer(200, "image/png", noise[:-2000]),
        "/pic/2026/9-2/p4a4.jpg": Answer(200, "image/png", encoded(Image.new("1", (9000, 9000)), "PNG")),
        "/pic/2026/9-2/p5a5.jpg": Answer(200, "image/jpeg", bytes(9_000_000)),
        SECOND: Answer(204, "text/html", b""),
    }
    put_before_the_text(server, list(answers)[:-1])
    server.overrides |= answers

    done = crawl(*ONE)

    assert done.returncode == 0, done.stderr
    reasons = "broken 1, no picture 1, status 204 1, status 404 1, the answer is larger than DOWNLOAD_MAXSIZE 1"
    assert f"6 pictures could not be mirrored and stand as links ({reasons}, too many pixels 1)" in done.stderr
    assert pictures_of_status(repo) == {"failed": 6, "fetched": 2} | {
        name: value for name, value in pictures_of_status(repo).items() if name.startswith("bytes")
    }
    page = repo / TREE_PAGE
    text = page.read_text(encoding="utf-8")
    assert len(images_of(page)) == 2
    assert f"[图4]({REMOTE}/pic/2026/9-2/p5a5.jpg)\n" in text
    assert f"[工人用麻绳包裹树根]({REMOTE}{SECOND})\\\n" in text


def test_picture_that_failed_comes_with_the_next_look(crawl: Run, server: SampleServer, tmp_path: Path) -> None:
    repo = tmp_path / "mirror"
    server.overrides[SECOND] = Answer(404, "text/html", b"")
    crawl(*ONE)
    still = crawl(*ONE, "-a", "refresh=1")
    del server.overrides[SECOND]
    server.requests.clear()

    done = crawl(*ONE, "-a", "refresh=1")

    assert "nothing_new" in still.stderr
    assert "0 new, 1 updated" in done.stderr
    assert asked_pictures(server) == [SECOND]
    assert len(images_of(repo / TREE_PAGE)) == 3


def test_only_eight_pictures_are_fetched(crawl: Run, server: SampleServer, tmp_path: Path) -> None:
    names = [f"/pic/2026/9-2/p{number}a1-ss.jpg" for number in range(11)]
    put_before_the_text(server, names)

    crawl(*ONE)

    assert asked_pictures(server) == names[:8]
    page = tmp_path / "mirror" / TREE_PAGE
    assert len(images_of(page)) == 8
    assert f"[图8]({REMOTE}{names[8]})" in page.read_text(encoding="utf-8")
    assert f"[老槐树]({REMOTE}{FIRST})" in page.read_text(encoding="utf-8")


def test_host_that_wants_to_be_left_alone_is(crawl: Run, server: SampleServer, tmp_path: Path) -> None:
    names = [f"/pic/2026/9-2/p{number}a1-ss.jpg" for number in range(11)]
    put_before_the_text(server, names)
    server.overrides |= dict.fromkeys(names, Answer(503, "text/html", b""))

    done = crawl(*ONE)

    assert done.returncode == 0, done.stderr
    assert asked_pictures(server) == names[:5]
    assert "(not asked, because the host did not answer before 3, status 503 5)" in done.stderr
    assert images_of(tmp_path / "mirror" / TREE_PAGE) == []


def test_robots_txt_counts_for_pictures(crawl: Run, server: SampleServer, tmp_path: Path) -> None:
    server.overrides["/robots.txt"] = Answer(200, "text/plain", b"User-agent: *\nDisallow: /pic/\n")

    done = crawl(*ONE)

    assert done.returncode == 0, done.stderr
    assert asked_pictures(server) == []
    assert "(forbidden by robots.txt 3)" in done.stderr


def test_without_mirroring_no_picture_is_asked_for(crawl: Run, server: SampleServer, tmp_path: Path) -> None:
    crawl("-s", "NEWSMIRROR_IMAGES=none", *ONE[2:])

    assert asked_pictures(server) == []
    assert images_of(tmp_path / "mirror" / TREE_PAGE) == []
