"""Each pipeline: what it returns, what it drops, and what it counts."""

import asyncio
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, DropItem

from newsmirror.items import BEIJING, Article, Page, Paragraph, Picture, Row, ScrapedArticle, Span, StoredPicture
from newsmirror.lock import RunLock
from newsmirror.marks import NO_MARKS, Marks
from newsmirror.pipelines.changes import ChangesPipeline
from newsmirror.pipelines.clean import CleanPipeline
from newsmirror.pipelines.images import ImagesPipeline
from newsmirror.pipelines.markdown import MarkdownPipeline
from newsmirror.pipelines.publish import PublishPipeline
from newsmirror.pipelines.qr import QrPipeline
from newsmirror.pipelines.validate import ValidatePipeline
from newsmirror.qr import SIGNATURE
from newsmirror.report import OUTCOME
from newsmirror.spider import NewsSpider
from tests.pipelines.conftest import MakeCrawler, Remembers

URL = "https://www.secretchina.com/news/gb/2026/11/23/1106001.html"
ARTICLE = Article(
    id=1106001,
    url=URL,
    title="山城小学恢复上课",
    published=datetime(2026, 11, 23, 9, 14, tzinfo=BEIJING),
    date_only=False,
    category="p3",
    blocks=(Paragraph((Span("停课两周的山城小学周一恢复上课。"),)),),
)
SCRAPED = ScrapedArticle(
    id=1106001,
    url=URL,
    title="山城小学恢复上课",
    published=ARTICLE.published,
    date_only=False,
    category="p3",
    body_html='<div><p>停课两周的山城小学周一恢复上课。<span id="hideid">藏</span></p></div>',
)
PAGE = Page(ARTICLE, "pages/2026/11/23/1106001.md", URL)


def count_of(crawler: Crawler, name: str) -> Any:
    assert crawler.stats
    return crawler.stats.get_value(f"newsmirror/{name}")


def spider_of(crawler: Crawler) -> NewsSpider:
    assert isinstance(crawler.spider, NewsSpider)
    return crawler.spider


def test_clean_returns_the_article(make_crawler: MakeCrawler) -> None:
    assert CleanPipeline.from_crawler(make_crawler()).process_item(SCRAPED) == ARTICLE


def test_clean_drops_what_has_no_date(make_crawler: MakeCrawler) -> None:
    crawler = make_crawler()

    with pytest.raises(DropItem):
        CleanPipeline.from_crawler(crawler).process_item(replace(SCRAPED, published=None))

    assert count_of(crawler, "articles/layout") == 1
    assert spider_of(crawler).failures == {URL: "layout"}


def test_validate_returns_a_fit_article(make_crawler: MakeCrawler) -> None:
    assert ValidatePipeline.from_crawler(make_crawler()).process_item(ARTICLE) is ARTICLE


def test_validate_drops_and_counts_by_reason(make_crawler: MakeCrawler) -> None:
    crawler = make_crawler()
    short = replace(ARTICLE, blocks=(Paragraph((Span("短"),)),))

    with pytest.raises(DropItem):
        ValidatePipeline.from_crawler(crawler).process_item(short)

    assert count_of(crawler, "articles/too_short") == 1


def test_validate_drops_a_date_in_the_future(make_crawler: MakeCrawler) -> None:
    crawler = make_crawler()
    late = replace(ARTICLE, published=datetime.now(UTC) + timedelta(days=9))

    with pytest.raises(DropItem):
        ValidatePipeline.from_crawler(crawler).process_item(late)

    assert count_of(crawler, "articles/date_in_future") == 1


def test_changes_drops_what_is_published_alike(make_crawler: MakeCrawler) -> None:
    crawler = make_crawler()
    spider_of(crawler).memory = Remembers(Row.of(PAGE))

    with pytest.raises(DropItem):
        ChangesPipeline.from_crawler(crawler).process_item(ARTICLE)

    assert count_of(crawler, "articles_unchanged") == 1


def test_changes_returns_what_has_changed(make_crawler: MakeCrawler) -> None:
    crawler = make_crawler()
    spider_of(crawler).memory = Remembers(Row.of(PAGE))
    changed = replace(ARTICLE, title="新题目")

    assert ChangesPipeline.from_crawler(crawler).process_item(changed) is changed


TEXT = "停课两周的山城小学周一恢复上课，家长清晨五点开始排队。"
LONG = replace(ARTICLE, blocks=(Paragraph((Span(TEXT),)),))


def changed_by(crawler: Crawler, item: Article, **memory: Any) -> Article | None:
    """What the pipeline makes of an article of which `LONG` is published; None where it is dropped."""
    spider_of(crawler).memory = Remembers(Row.of(replace(PAGE, article=LONG)), article=LONG, **memory)
    try:
        return ChangesPipeline.from_crawler(crawler).process_item(item)
    except DropItem:
        return None


def texted(text: str, **changes: Any) -> Article:
    return replace(LONG, blocks=(Paragraph((Span(text),)),), **changes)


def test_changes_drops_other_markup_and_other_tags(make_crawler: MakeCrawler) -> None:
    bold = replace(LONG, blocks=(Paragraph((Span(TEXT, strong=True),)),), tags=("教育",))

    assert changed_by(make_crawler(), bold) is None
    assert changed_by(make_crawler({"refresh": "1"}), bold) is None
    assert changed_by(make_crawler({"refresh": "all"}), bold) == bold


def test_changes_keeps_the_time_of_publication(make_crawler: MakeCrawler) -> None:
    later = texted(
        "停课两周的山城小学周一恢复上课，家长清晨四点开始排队。", published=ARTICLE.published + timedelta(hours=9)
    )

    found = changed_by(make_crawler(), later)

    assert found == replace(later, published=ARTICLE.published)


def test_changes_sends_another_article_to_quarantine(make_crawler: MakeCrawler) -> None:
    crawler = make_crawler()

    assert changed_by(crawler, texted("商店里的价格又涨了，顾客们都在抱怨，经理说这与他无关。")) is None
    assert spider_of(crawler).failures == {URL: "rewritten"}


def test_changes_holds_back_what_was_updated_too_often(make_crawler: MakeCrawler) -> None:
    crawler = make_crawler()

    assert changed_by(crawler, texted(f"{TEXT}更正。"), may_update=False) is None
    assert [sighting.seen.value for sighting in spider_of(crawler).sightings] == ["held"]
    assert spider_of(crawler).failures == {}


def test_changes_lets_pass_what_has_come_back_as_it_was_published(make_crawler: MakeCrawler) -> None:
    gone = Marks(gone=datetime(2026, 11, 25, tzinfo=UTC))

    assert changed_by(make_crawler(), replace(LONG, tags=("教育",)), marks=gone) == LONG


def test_images_writes_a_page_that_loses_its_mark(make_crawler: MakeCrawler) -> None:
    crawler = make_crawler()
    gone = Marks(gone=datetime(2026, 11, 25, tzinfo=UTC))
    spider_of(crawler).memory = Remembers(Row.of(PAGE), article=ARTICLE, marks=gone)

    assert asyncio.run(ImagesPipeline.from_crawler(crawler).process_item(ARTICLE)).marks == NO_MARKS


def test_images_gives_the_page_its_place_and_address(make_crawler: MakeCrawler) -> None:
    crawler = make_crawler(NEWSMIRROR_PUBLIC_URL="https://code.example/o/r/blob/main/")

    page = asyncio.run(ImagesPipeline.from_crawler(crawler).process_item(ARTICLE))

    assert page.path == "pages/2026/11/23/1106001.md"
    assert page.address == "https://code.example/o/r/blob/main/pages/2026/11/23/1106001.md"


def test_images_keeps_the_path_of_a_known_article(make_crawler: MakeCrawler) -> None:
    crawler = make_crawler(NEWSMIRROR_PAGE_PATH="pages/{category}/{id}.md")
    spider_of(crawler).memory = Remembers(replace(Row.of(PAGE), path="pages/p1/1106001.md"))

    changed = replace(ARTICLE, title="新题目")

    page = asyncio.run(ImagesPipeline.from_crawler(crawler).process_item(changed))

    assert page.path == "pages/p1/1106001.md"


def test_images_drops_an_article_whose_missing_pictures_are_missing_still(make_crawler: MakeCrawler) -> None:
    crawler = make_crawler()
    spider_of(crawler).memory = Remembers(Row.of(PAGE))

    with pytest.raises(DropItem):
        asyncio.run(ImagesPipeline.from_crawler(crawler).process_item(ARTICLE))


def test_changes_lets_an_article_pass_whose_pictures_are_missing(make_crawler: MakeCrawler) -> None:
    pictured = replace(ARTICLE, blocks=(*ARTICLE.blocks, Picture("https://img3.secretchina.com/a.jpg")))
    row = Row.of(replace(PAGE, article=pictured))
    stored = StoredPicture("https://img3.secretchina.com/a.jpg", "images/1f/1f.webp")

    def passes(mode: str, *pictures: StoredPicture) -> bool:
        crawler = make_crawler(NEWSMIRROR_IMAGES=mode)
        spider_of(crawler).memory = Remembers(row, pictures)
        try:
            return ChangesPipeline.from_crawler(crawler).process_item(pictured) is pictured
        except DropItem:
            return False

    assert passes("mirror")
    assert not passes("mirror", stored)
    assert not passes("embed")


def test_markdown_renders_the_page(make_crawler: MakeCrawler) -> None:
    page = MarkdownPipeline.from_crawler(make_crawler()).process_item(PAGE)

    assert page.markdown.startswith("# 山城小学恢复上课\n\n[首页](../../../../README.md) | [看民生]")


def test_qr_makes_a_png() -> None:
    assert QrPipeline().process_item(PAGE).qr.startswith(SIGNATURE)


def test_publish_refuses_a_folder_with_other_files(make_crawler: MakeCrawler, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    crawler = make_crawler(NEWSMIRROR_REPO=str(tmp_path))

    with pytest.raises(CloseSpider):
        PublishPipeline.from_crawler(crawler).open_spider()

    assert crawler.stats
    assert crawler.stats.get_value(OUTCOME) == "refused"


def test_publish_says_busy(make_crawler: MakeCrawler, tmp_path: Path) -> None:
    crawler = make_crawler(NEWSMIRROR_REPO=str(tmp_path / "mirror"))
    first = PublishPipeline.from_crawler(crawler)
    first.open_spider()
    second = make_crawler(NEWSMIRROR_REPO=str(tmp_path / "mirror"))

    with pytest.raises(CloseSpider):
        PublishPipeline.from_crawler(second).open_spider()

    assert second.stats
    assert second.stats.get_value(OUTCOME) == "busy"
    first.spider_closed("finished")
    RunLock(tmp_path / "mirror/.git/newsmirror/lock").release()


def test_publish_returns_the_clean_article_for_exports(make_crawler: MakeCrawler, tmp_path: Path) -> None:
    crawler = make_crawler(NEWSMIRROR_REPO=str(tmp_path / "mirror"))
    pipeline = PublishPipeline.from_crawler(crawler)
    pipeline.open_spider()

    item = pipeline.process_item(replace(PAGE, markdown="# 题\n", qr=b"code"))
    pipeline.spider_closed("finished")

    assert item is ARTICLE
    assert (tmp_path / "mirror/pages/2026/11/23/1106001.md").read_bytes() == "# 题\n".encode()


def test_publish_on_a_full_disk_asks_for_nothing_more_and_publishes_nothing(
    make_crawler: MakeCrawler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crawler = make_crawler(NEWSMIRROR_REPO=str(tmp_path / "mirror"))
    pipeline = PublishPipeline.from_crawler(crawler)
    pipeline.open_spider()
    asked: list[str] = []
    monkeypatch.setattr(spider_of(crawler), "give_up", asked.append)
    assert pipeline._publisher
    pipeline._publisher._stage._file.close()
    pipeline._publisher._stage._file = Path("/dev/full").open("w+b", buffering=0)  # noqa: SIM115

    with pytest.raises(DropItem, match="No space left on device"):
        pipeline.process_item(replace(PAGE, markdown="# 题\n", qr=b"code"))
    pipeline.spider_closed("no_space")

    assert asked == ["no_space"]
    assert crawler.stats
    assert crawler.stats.get_value(OUTCOME) == "no_space"
    assert not (tmp_path / "mirror/pages").exists()


def test_publish_that_breaks_at_the_end_counts_as_failed(make_crawler: MakeCrawler, tmp_path: Path) -> None:
    crawler = make_crawler(NEWSMIRROR_REPO=str(tmp_path / "mirror"))
    pipeline = PublishPipeline.from_crawler(crawler)
    pipeline.open_spider()
    assert pipeline._publisher
    pipeline._publisher._store.close()  # as when the state file fails in the middle of the run

    with pytest.raises(sqlite3.ProgrammingError):
        pipeline.spider_closed("finished")

    assert crawler.stats
    assert crawler.stats.get_value(OUTCOME) == "failed"
