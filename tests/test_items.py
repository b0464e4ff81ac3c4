from dataclasses import FrozenInstanceError
from datetime import UTC, date, datetime

import pytest

from newsmirror.items import (
    BREAK,
    Embed,
    Heading,
    ListBlock,
    MembersOnly,
    OutputFile,
    Page,
    Paragraph,
    Picture,
    Quote,
    Row,
    Span,
    Table,
    block_lines,
    letters,
    plain_text,
)  # fmt: skip
from tests.samples import URL, article, paragraph, row

LINE = (
    '{"category": "p1", "date_only": false, "digest": "' + "d" * 64 + '", "id": 990001, '
    '"path": "pages/2021/12/17/990001.md", "published": "2021-12-17T00:30:00Z", "tags": ["河边"], '
    '"title": "河边的钟声", "url": "https://www.secretchina.com/news/gb/2021/12/17/990001.html"}'
)


def test_articles_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        article().title = "x"  # type: ignore[misc]
    assert article().title == "河边的钟声"


def test_digest_of_equal_articles_is_equal() -> None:
    assert article().digest() == article().digest()


@pytest.mark.parametrize(
    "changed",
    [
        article(title="x"),
        article(tags=("x",)),
        article(blocks=(paragraph("老人每天早晨到河边听钟声。", strong=True),)),
        article(blocks=(Heading((Span("老人每天早晨到河边听钟声。"),)),)),
        article(date_only=True),
    ],
)
def test_digest_of_another_article_differs(changed: object) -> None:
    assert getattr(changed, "digest")() != article().digest()  # noqa: B009


def test_row_as_a_line() -> None:
    assert row(tags=("河边",)).to_json() == LINE


def test_row_from_a_line() -> None:
    assert Row.from_json(LINE) == row(tags=("河边",))


@pytest.mark.parametrize(
    "line",
    [
        "", "{", "[]", "{}", "1", "[" * 300_000, '{"a":' * 300_000,
        LINE.replace("990001,", '"x",'), LINE.replace("990001,", f"{2**63},"), LINE.replace("990001,", "1e999,"),
        LINE.replace('"p1"', '["p1"]'), LINE.replace('["河边"]', "3"), LINE.replace('["河边"]', "[3]"),
        LINE.replace("河边", "\\ud800"), LINE.replace("00:30:00Z", "00:30:00"),
        LINE.replace("2021-12-17T00", "9999-12-31T23"),
    ],
)  # fmt: skip
def test_row_from_something_else(line: str) -> None:
    assert line != LINE
    with pytest.raises(ValueError, match=r"."):
        Row.from_json(line)


@pytest.mark.parametrize(
    ("published", "day"),
    [
        (datetime(2021, 12, 17, 15, 59, tzinfo=UTC), date(2021, 12, 17)),
        (datetime(2021, 12, 17, 16, 0, tzinfo=UTC), date(2021, 12, 18)),
    ],
)
def test_day_of_a_row_is_that_of_beijing(published: datetime, day: date) -> None:
    assert row(published=published).day == day


def test_row_of_a_page() -> None:
    page = Page(article(tags=("河边",)), "pages/1.md", "https://example.org/")
    found = Row.of(page)
    assert (found.id, found.url, found.path, found.tags, found.published) == (
        990001, URL, "pages/1.md", ("河边",), datetime(2021, 12, 17, 0, 30, tzinfo=UTC),
    )  # fmt: skip


def test_files_of_a_page() -> None:
    page = Page(article(), "pages/1.md", "https://example.org/", "河\n", b"png")
    assert page.files() == (OutputFile("pages/1.md", "河\n".encode()), OutputFile("pages/1.md.png", b"png"))


def test_plain_text() -> None:
    assert plain_text((Span("一"), BREAK, Span("二", strong=True))) == "一\n二"


def test_block_lines_in_reading_order() -> None:
    blocks = (
        Heading((Span("题"),)), paragraph("一"), Picture("https://x.example/", "alt", (Span("图"),)),
        ListBlock(((paragraph("甲"),), (Paragraph((Span("乙"),)),))), Table((((Span("丙"),), ()),)),
        Quote((paragraph("引"),)), Embed("https://x.example/"), MembersOnly(),
    )  # fmt: skip
    assert list(block_lines(blocks)) == ["题", "一", "图", "甲", "乙", "丙", "", "引"]


def test_letters_are_text_without_white_space() -> None:
    assert letters((paragraph("一 二\u3000三"), Paragraph((Span("四"), BREAK, Span("五"))))) == "一二三四五"
