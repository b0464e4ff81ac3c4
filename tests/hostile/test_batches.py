"""Whole runs whose new articles are odd together: stopped before the commit, or single ones taken back."""

import re
from datetime import date
from pathlib import Path

import pytest

from sample_site import Answer, SampleServer, SampleSite
from tests.conftest import Run, git
from tests.hostile.test_quarantine_runs import quarantine
from tests.test_run import last_line, requested_articles, status_of

BODY = re.compile(
    r'(class="article_right"[^>]*>).*?'
    r'(</div></div>(?:<p>看完这篇文章您觉得</p>)?</div></div>\n<div class="col-right">)',
    re.DOTALL,
)


def change_bodies(server: SampleServer, body: str, *, keep: int = 0) -> int:
    """Give all articles newer than 10 November but the first *keep* another body; returns how many."""
    records = [record for record in server.site.articles.values() if record.published.date() > date(2026, 11, 10)]
    for number, record in enumerate(records[keep:]):
        path = f"/news/gb/{record.published:%Y/%m/%d}/{record.id}.html"
        page, found = BODY.subn(rf"\1{body.replace('NUMBER', str(number))}\2", server.site.respond(path).body.decode())
        assert found == 1
        server.overrides[path] = Answer(200, "text/html; charset=utf-8", page.encode())
    return len(records)


def test_batch_that_lost_its_text_is_not_committed_until_a_person_says_so(
    crawl: Run, server: SampleServer, tmp_path: Path
) -> None:
    repo = tmp_path / "mirror"
    server.site = SampleSite(date(2026, 11, 10))
    crawl()
    before = git(repo, "rev-parse", "HEAD^{tree}")
    server.site = SampleSite(date(2026, 11, 24))
    number = change_bodies(server, "<p>第NUMBER条消息的全文请见明天的报纸。</p>")

    done = crawl()

    assert done.returncode == 13
    assert f"suspicious 0 new, 0 updated, {number} quarantined" in last_line(done)
    assert "have hardly any text" in last_line(done)
    assert git(repo, "rev-parse", "HEAD^{tree}") == before
    assert git(repo, "status", "--porcelain") == ""
    assert status_of(repo)["quarantine"] == {"batch": number}
    server.requests.clear()
    assert crawl().returncode == 0
    assert requested_articles(server) == []  # they wait before they are asked for again
    quarantine(tmp_path, "release", "--all", "--reason", "batch")
    assert f"published {number} new" in last_line(crawl())


@pytest.mark.hostile
def test_one_text_under_all_addresses_is_not_committed(crawl: Run, server: SampleServer, tmp_path: Path) -> None:
    change_bodies(server, "<p>同一篇文章出现在所有的地址上，一定有什么地方不对。</p>" * 15)

    done = crawl()

    assert done.returncode == 13
    assert "articles have one text" in last_line(done)
    assert not (tmp_path / "mirror/pages").exists()


@pytest.mark.hostile
def test_some_articles_with_one_text_are_taken_back_alone(crawl: Run, server: SampleServer, tmp_path: Path) -> None:
    records = [record for record in server.site.articles.values() if "视频" not in record.title][:3]
    change_bodies(server, "<p>同一篇文章出现在三个地址上，一定有什么地方不对。</p>" * 15, keep=0)
    chosen = {f"/news/gb/{record.published:%Y/%m/%d}/{record.id}.html" for record in records}
    server.overrides = {path: answer for path, answer in server.overrides.items() if path in chosen}
    assert len(server.overrides) == 3

    done = crawl()

    assert done.returncode == 0
    assert "published 37 new, 0 updated, 3 quarantined" in last_line(done)
    assert git(tmp_path / "mirror", "fsck", "--strict") == ""
    assert len(git(tmp_path / "mirror", "ls-files", "pages/*.md").splitlines()) == 37
    assert not [name for name in chosen if name.split("/")[-1][:-5] in git(tmp_path / "mirror", "ls-files")]


def test_article_of_another_address_is_taken_back(crawl: Run, server: SampleServer, tmp_path: Path) -> None:
    server.site = SampleSite(date(2022, 1, 1))
    one, other = server.site.articles[917530], server.site.articles[900712]
    path = f"/news/gb/{one.published:%Y/%m/%d}/{one.id}.html"
    server.overrides[path] = server.site.respond(f"/news/gb/{other.published:%Y/%m/%d}/{other.id}.html")

    done = crawl()

    assert done.returncode == 0, done.stderr
    assert "1 quarantined" in last_line(done)
    assert "other_title" in quarantine(tmp_path)[1]
    assert f"{one.id}.md" not in git(tmp_path / "mirror", "ls-files")
    assert f"{other.id}.md" in git(tmp_path / "mirror", "ls-files")
