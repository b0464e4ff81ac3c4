"""What a run saw: batches that are stopped, single articles taken back, lists and pages that are remembered."""

import logging
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from newsmirror.evidence import SAMPLE, Evidence, Judgement
from newsmirror.items import Article
from newsmirror.quarantine import Kept
from tests.samples import article, paragraph

NOW = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)


def story(number: int, text: str | None = None) -> Article:
    body = text if text is not None else f"第{number}号老人每天早晨到河边{number}听钟声。" * 30
    url = f"https://www.secretchina.com/news/gb/2026/11/24/{number}.html"
    return article(id=number, url=url, tags=("河边",), blocks=(paragraph(body), paragraph("完")))


def evidence(folder: Path) -> Evidence:
    return Evidence(folder, lambda: NOW)


def publish(folder: Path, *articles: Article) -> None:
    run = evidence(folder)
    for one in articles:
        run.take(one)
    assert run.judge() == Judgement()
    run.settle()
    run.close()


def test_usual_articles_pass(tmp_path: Path) -> None:
    publish(tmp_path, *map(story, range(100, 130)))
    publish(tmp_path, *map(story, range(200, 210)))


def test_batch_without_text_is_stopped_and_kept(tmp_path: Path) -> None:
    publish(tmp_path, *map(story, range(100, 130)))
    run = evidence(tmp_path)
    for number in range(200, 210):
        run.take(story(number, "全文见原网站，敬请留意。"))
        run.sample(story(number).url, Kept(b"<html>"))

    judgement = run.judge()
    run.settle()
    run.close()

    assert judgement.sentence == (
        "the new articles are not like those before them (10 of the last 10 articles have hardly any text, "
        "0 of 30 before); none is committed, see scrapy quarantine"
    )
    assert judgement.refused == dict.fromkeys(range(200, 210), "batch")
    assert judgement.failures == {story(number).url: "batch" for number in range(200, 210)}
    assert evidence(tmp_path).counts() == {"batch": 10}
    again = evidence(tmp_path)
    again.take(story(220, "全文见原网站，敬请留意。"))
    assert again.judge() == Judgement()  # what was refused is no history


def test_released_batch_passes(tmp_path: Path) -> None:
    publish(tmp_path, *map(story, range(100, 130)))
    run = evidence(tmp_path)
    for number in range(200, 210):
        run.take(story(number, "全文见原网站，敬请留意。"))
    assert len(run.judge().refused) == 10
    assert run.quarantine
    for entry in run.quarantine.entries():
        run.quarantine.decide(entry, "release")

    again = evidence(tmp_path)
    for number in range(200, 210):
        again.take(story(number, "全文见原网站，敬请留意。"))

    assert again.judge() == Judgement()
    again.settle()
    assert again.counts() == {}


def test_some_copies_are_taken_back_alone(tmp_path: Path) -> None:
    run = evidence(tmp_path)
    for number in range(100, 120):
        run.take(story(number))
    for number in (300, 301, 302):
        run.take(story(number, "同一篇错误的文章出现在好几个地址上。" * 30))

    judgement = run.judge()

    assert (judgement.refused, judgement.sentence) == ({300: "copy", 301: "copy", 302: "copy"}, None)
    assert run.counts() == {"copy": 3}
    run.settle()
    assert evidence(tmp_path).counts() == {"copy": 3}


def test_many_copies_stop_the_batch(tmp_path: Path) -> None:
    run = evidence(tmp_path)
    for number in range(10):
        run.take(story(100 + number, "同一篇错误的文章出现在好几个地址上。" * 30 if number < 5 else None))
    assert "(5 of 10 articles have one text)" in str(run.judge().sentence)


def test_articles_with_other_titles(tmp_path: Path) -> None:
    run = evidence(tmp_path)
    for number in range(30):
        run.take(story(100 + number))
        run.agree(100 + number, agrees=number > 1)
    judgement = run.judge()
    assert (judgement.refused, judgement.sentence) == ({100: "other_title", 101: "other_title"}, None)


def test_many_other_titles_stop_the_batch(tmp_path: Path) -> None:
    run = evidence(tmp_path)
    for number in range(10):
        run.take(story(100 + number))
        run.agree(100 + number, agrees=number > 4)
    assert "(5 of 10 articles have other titles than on lists)" in str(run.judge().sentence)


def test_lists_are_compared_with_the_runs_before(tmp_path: Path) -> None:
    address = "https://www.secretchina.com/news/gb/p1.html"
    for size, oddity in ((50, None), (48, None), (5, "names 5 articles, usually 49")):
        run = evidence(tmp_path)
        assert run.saw_list(address, size, date(2026, 11, 24)) == oddity
        run.close()


def test_list_that_is_one_again_leaves_quarantine(tmp_path: Path) -> None:
    address = "https://www.secretchina.com/news/gb/p1.html"
    run = evidence(tmp_path)
    run.keep(address, "list", "blocked", "a page of another site", Kept(b"x"))
    run.saw_list(address, 20, None)
    assert run.counts() == {}


def test_pages_of_the_newest_articles_are_at_hand(tmp_path: Path) -> None:
    run = evidence(tmp_path)
    for number in range(SAMPLE + 5):
        run.sample(story(number).url, Kept(b"x"))
    for number in (0, SAMPLE, SAMPLE + 1):
        run.take(story(number))
        run.agree(number, agrees=False)
    run.judge()
    assert run.quarantine
    assert [entry.size for entry in sorted(run.quarantine.entries(), key=lambda e: e.address)] == [0, 1, 1]


def test_released_page_is_given_back(tmp_path: Path) -> None:
    page = Kept(b"<html>", "text/html; charset=gbk", 200)
    run = evidence(tmp_path)
    run.keep(story(1).url, "article", "cut", "", page)
    run.keep(story(2).url, "article", "cut", "", None)
    assert run.quarantine
    for entry in run.quarantine.entries():
        run.quarantine.decide(entry, "release")

    again = evidence(tmp_path)

    assert again.released_page(story(1).url) == page
    assert again.is_released(story(2).url)
    assert again.released_page(story(2).url) is None
    assert again.released_page(story(3).url) is None


def test_resolve(tmp_path: Path) -> None:
    run = evidence(tmp_path)
    assert run.quarantine
    for number in (1, 2):
        run.keep(story(number).url, "article", "cut", "", None)
    for entry in run.quarantine.entries():
        run.quarantine.decide(entry, "retry")

    again = evidence(tmp_path)
    again.resolve(story(1).url)
    again.resolve(story(2).url, gone=True)

    assert again.quarantine
    assert [(entry.address, entry.decision) for entry in again.quarantine.entries()] == [(story(2).url, "")]


def test_crawl_without_pipelines_keeps_nothing() -> None:
    run = Evidence(None)
    run.keep(story(1).url, "article", "cut", "", None)
    run.take(replace(story(1)))
    run.settle()
    run.close()
    assert (run.counts(), run.released_page(story(1).url), run.judge()) == ({}, None, Judgement())


def test_folder_that_cannot_be_written_is_a_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("")
    run = evidence(tmp_path / "file")
    with caplog.at_level(logging.WARNING):
        run.keep(story(1).url, "article", "cut", "", Kept(b"x"))
        run.close()
    assert "A page is not kept in quarantine" in caplog.text
    assert "What is usual of lists and articles is not kept" in caplog.text
