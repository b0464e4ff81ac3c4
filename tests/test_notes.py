"""The marks of a page in the notes of its record."""

from datetime import UTC, datetime

import pytest

from newsmirror.marks import NO_MARKS, Marks
from newsmirror.notes import change_marks, read_marks
from newsmirror.render import PageStyle, facts, render_page
from newsmirror.script import Script
from newsmirror.spiders.secretchina import SITE
from tests.samples import article

UPDATED, GONE = datetime(2026, 11, 23, 16, 30, tzinfo=UTC), datetime(2026, 11, 25, 16, 0, tzinfo=UTC)
BOTH = Marks(UPDATED, GONE)


def test_marks_come_back_from_notes() -> None:
    notes = change_marks({"pictures": {"a": "b"}}, BOTH)

    assert notes == {"pictures": {"a": "b"}, "updated": "2026-11-23T16:30:00Z", "gone": "2026-11-25T16:00:00Z"}
    assert read_marks(notes) == BOTH


def test_marks_are_taken_out_again() -> None:
    assert change_marks({"gone": "2026-11-25T16:00:00Z", "earlier": ["p"]}, NO_MARKS) == {"earlier": ["p"]}


@pytest.mark.parametrize(
    "value",
    [
        None,
        7,
        "",
        "soon",
        ["2026-11-25"],
        "2026-11-25",
        "2026-11-25T16:00:00",
        "9999-12-31T23:59:59Z",
        "0001-01-01T00:00:00+08:00",
    ],
)
def test_what_is_no_time_is_left_out(value: object) -> None:
    assert read_marks({"gone": value, "updated": value}) == NO_MARKS


def test_readers_see_marks_in_the_zone_of_the_source() -> None:
    assert facts(article(), "看大陆", Script.SOURCE, BOTH)[-2:] == [
        "更新于 2026-11-24 00:30",
        "原文已删除（2026-11-26 发现）",
    ]


def test_page_says_that_its_original_is_gone() -> None:
    def page(marks: Marks) -> str:
        return render_page(article(), path="pages/a.md", address="https://a", site=SITE, style=PageStyle(), marks=marks)

    assert "原文地址（原文已删除）：<" in page(BOTH)
    assert page(NO_MARKS).count("删除") == page(NO_MARKS).count("更新于") == 0
