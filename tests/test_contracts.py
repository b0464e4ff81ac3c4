"""`scrapy check`: a quick look at the site, here at the sample site."""

from pathlib import Path

from newsmirror.spiders.secretchina import SITE
from sample_site import Answer, SampleServer
from tests.conftest import run_scrapy


def check(server: SampleServer, folder: Path) -> tuple[int, str]:
    words = (
        "-s",
        f"NEWSMIRROR_SITE_URL={server.url}",
        "-s",
        f"NEWSMIRROR_REPO={folder}/mirror",
        "-s",
        "DOWNLOAD_DELAY=0",
    )
    done = run_scrapy("check", "secretchina", *words, cwd=folder)
    return done.returncode, done.stderr


def serve_known_article(server: SampleServer) -> None:
    """An article of the sample site with the id and day of one that the real site has had for years."""
    newest = next(iter(server.site.articles.values()))
    path = newest.url.partition("secretchina.com")[2]
    page = server.site.respond(path)
    body = page.body.replace(path.encode(), SITE.known_article.encode()).replace(str(newest.id).encode(), b"992542")
    server.overrides[SITE.known_article] = Answer(page.status, page.content_type, body)


def test_site_that_is_as_expected_passes(server: SampleServer, tmp_path: Path) -> None:
    serve_known_article(server)

    code, said = check(server, tmp_path)

    assert code == 0, said
    assert "OK" in said
    assert not (tmp_path / "mirror").exists(), "a check publishes nothing"


def test_block_page_fails(server: SampleServer, tmp_path: Path) -> None:
    serve_known_article(server)
    server.overrides["/news/gb/p1.html"] = Answer(200, "text/html", b"<html><body>blocked</body></html>")

    code, said = check(server, tmp_path)

    assert code == 1
    assert "names 0 articles; it is blocked, or has changed" in said


def test_article_that_is_not_recognised_fails(server: SampleServer, tmp_path: Path) -> None:
    server.overrides[SITE.known_article] = Answer(200, "text/html", b"<html><body>another layout</body></html>")

    code, said = check(server, tmp_path)

    assert code == 1
    assert "@returns" in said


def test_known_article_is_an_article_of_the_site() -> None:
    assert SITE.article_of(SITE.address(SITE.known_article))
