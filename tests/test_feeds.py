from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import feedparser
from lxml import etree

from newsmirror.feeds import MAX_BYTES, FeedEntry, make_entry, render_feed
from newsmirror.items import Article, Page, Picture, Row, Span
from newsmirror.marks import Marks
from newsmirror.script import Script
from newsmirror.spiders.secretchina import SITE
from newsmirror.xhtml import Image
from tests.samples import article, paragraph

PICTURE = Picture("https://img3.secretchina.com/a.jpg", "钟", (Span("河边的钟（图）"),))
FULL: Article = article(
    title="钟声 & <铜>", tags=("河边", "钟"), authors=("王小明", "李大力"), source="河边电台", rights="版权所有。",
    blocks=(PICTURE, paragraph("老人每天早晨到河边听钟声。" * 9), paragraph("铜钟已经一百岁。" * 9), paragraph("完。")),
)  # fmt: skip


def row_of(item: Article) -> Row:
    return Row.of(Page(item, f"pages/2021/12/17/{item.id}.md", item.url))


def entry(item: Article, script: Script = Script.SOURCE) -> FeedEntry:
    images = {PICTURE.src: Image("../images/1f/1f.webp", 600, 337)}
    return make_entry(row_of(item), item, site=SITE, script=script, find=images.get)


def feed(*entries: FeedEntry, **changes: Any) -> bytes:
    values: dict[str, Any] = {"category": "p1", "site": SITE, "script": Script.SOURCE, "full": True} | changes
    return render_feed(entries, **values)


def test_reader_finds_feed_and_entry() -> None:
    older = article(id=990000, url=FULL.url.replace("990001", "990000"), published=FULL.published - timedelta(days=1))

    found = feedparser.parse(feed(entry(FULL), entry(older)))

    assert not found.bozo
    assert found.version == "atom10"
    assert (found.feed.id, found.feed.title) == ("https://www.secretchina.com/news/gb/p1.html", "看中国镜像 · 看大陆")
    assert found.feed.updated == "2021-12-17T00:30:00Z"
    assert [link.href for link in found.feed.links] == ["p1.xml", "../indexes/p1.md"]
    assert [item.id for item in found.entries] == [FULL.url, older.url]
    first = found.entries[0]
    assert (first.title, first.link) == ("钟声 & <铜>", "../pages/2021/12/17/990001.md")
    assert first.published == first.updated == "2021-12-17T00:30:00Z"
    assert [author.name for author in first.authors] == ["王小明", "李大力"]
    assert [tag.term for tag in first.tags] == ["p1", "河边", "钟"]
    text = first.content[0].value
    assert "老人每天早晨到河边听钟声。" in text
    assert "<p>完。</p>" in text
    assert 'src="../images/1f/1f.webp"' in text
    assert "河边的钟（图）" in text
    assert FULL.url in text


def test_feed_of_everything() -> None:
    found = feedparser.parse(feed(entry(FULL), category=None))

    assert (found.feed.id, found.feed.title) == ("https://www.secretchina.com/", "看中国镜像")
    assert [link.href for link in found.feed.links] == ["all.xml", "../README.md"]


def test_summary_is_the_first_paragraphs() -> None:
    found = feedparser.parse(feed(entry(FULL), full=False)).entries[0]

    assert "content" not in found
    assert found.summary == "老人每天早晨到河边听钟声。" * 9


def test_long_summary_is_cut() -> None:
    found = feedparser.parse(feed(entry(article(blocks=(paragraph("字" * 500),))), full=False)).entries[0]

    assert found.summary == "字" * 160 + "…"


def test_entry_without_a_record_has_title_and_link() -> None:
    bare = make_entry(row_of(FULL), None, site=SITE, script=Script.SOURCE, find=lambda src: None)

    found = feedparser.parse(feed(bare)).entries[0]

    assert (found.id, found.link) == (FULL.url, "../pages/2021/12/17/990001.md")
    assert "content" not in found


def test_traditional_feed() -> None:
    text = feed(entry(FULL, Script.TRADITIONAL), script=Script.TRADITIONAL).decode()

    assert 'xml:lang="zh-Hant"' in text
    assert "<title>看中國鏡像 · 看大陸</title>" in text
    assert "鐘聲" in text
    assert "原文地址（需翻牆訪問）" in text
    assert '<category term="p1" label="看大陸"/>' in text


def test_large_feed_keeps_the_text_of_the_newest() -> None:
    long = entry(replace(FULL, blocks=(paragraph("很长的文章" * 10_000),)))

    content = feed(long, long, long, entry(FULL))

    assert len(content) < MAX_BYTES + 2000
    items = feedparser.parse(content).entries
    assert ["content" in item for item in items] == [True, True, False, False]


def test_odd_characters_leave_it_well_formed() -> None:
    odd = replace(FULL, title="\x0b\ufffe]]>&#0;", blocks=(paragraph("\x00\uffff<script>"),), tags=('"',))

    root = etree.fromstring(feed(entry(odd)))

    assert "".join(root.itertext()).count("<script>") == 1


def test_times_are_in_utc() -> None:
    late = article(published=datetime(2026, 1, 1, 0, 30, tzinfo=UTC))

    assert b"<updated>2026-01-01T00:30:00Z</updated>" in feed(entry(late))


def test_feed_carries_the_time_of_an_update() -> None:
    marks = Marks(datetime(2026, 11, 30, 1, 2, 3, tzinfo=UTC))
    entry = make_entry(row_of(FULL), FULL, site=SITE, script=Script.SOURCE, find=lambda src: None, marks=marks)

    feed = render_feed([entry], category=None, site=SITE, script=Script.SOURCE, full=True).decode()

    assert feed.count("<updated>2026-11-30T01:02:03Z</updated>") == 2
    assert "<published>2026-11-30" not in feed
    assert "更新于 2026-11-30 09:02" in feed
