from datetime import UTC, datetime, timedelta

import pytest

from newsmirror.decode import DAMAGED
from newsmirror.items import BEIJING, Article, Embed, ListBlock, Paragraph, Picture, Quote, Span
from newsmirror.validate import Problem, find_problem
from tests.samples import article, paragraph

NOW = datetime(2021, 12, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        (article(), None),
        (article(title=""), Problem.NO_TITLE),
        (article(blocks=()), Problem.TOO_SHORT),
        (article(blocks=(paragraph("一二三 四五六七八九"),)), Problem.TOO_SHORT),
        (article(blocks=(paragraph("一二三四五六七八九十"),)), None),
        (article(blocks=(Picture("https://img3.secretchina.com/a.jpg"),)), None),
        (article(blocks=(Embed("https://example.org/"),)), None),
        (article(blocks=(paragraph("河" * 200_000),)), None),
        (article(blocks=(paragraph("河" * 200_001),)), Problem.TOO_LONG),
        (article(published=NOW + timedelta(days=2)), None),
        (article(published=NOW + timedelta(days=2, minutes=1)), Problem.FUTURE),
        (article(published=datetime(2000, 12, 31, tzinfo=BEIJING)), Problem.TOO_OLD),
        (article(published=datetime(2001, 1, 1, tzinfo=BEIJING)), None),
        (article(title=f"河边的{DAMAGED}声"), Problem.MISREAD),
        (article(tags=(f"河{DAMAGED}",)), Problem.MISREAD),
        (article(source=f"河边{DAMAGED}"), Problem.MISREAD),
        (article(blocks=(paragraph("河边的钟声没有一天间断。"), paragraph("é’Ÿå£°æ²¡æœ‰"))), Problem.MISREAD),
        (article(title="河边的钟\ufffd"), None),
    ],
)
def test_find_problem(changed: Article, problem: Problem | None) -> None:
    assert find_problem(changed, now=NOW) is problem


def test_values_of_problems_are_their_names_in_counts() -> None:
    assert [problem.value for problem in Problem] == [
        "no_title", "too_short", "too_long", "date_in_future", "date_before_source", "encoding", "title_too_long",
        "too_many_links", "field_too_long", "missing", "stub",
    ]  # fmt: skip


LINKS = tuple(Span("x", href=f"https://example.org/{number}") for number in range(501))


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        (article(title="河" * 300), None),
        (article(title="河" * 301), Problem.LONG_TITLE),
        (article(authors=("王小明",) * 100), None),
        (article(authors=("王小明",) * 101), Problem.LONG_FIELD),
        (article(source="河" * 301), Problem.LONG_FIELD),
        (article(editor="河" * 301), Problem.LONG_FIELD),
        (article(rights="河" * 301), Problem.LONG_FIELD),
        (article(blocks=(Paragraph(LINKS[:500]), paragraph("河" * 300))), None),
        (article(blocks=(Paragraph(LINKS), paragraph("河" * 300))), Problem.MANY_LINKS),
        (article(blocks=(Quote((ListBlock(((Paragraph(LINKS),),)),)), paragraph("河" * 300))), Problem.MANY_LINKS),
        (article(blocks=(Paragraph(LINKS[:1] * 900), paragraph("河" * 300))), None),
    ],
)
def test_bounds_of_fields(changed: Article, problem: Problem | None) -> None:
    assert find_problem(changed, now=NOW) is problem


@pytest.mark.parametrize(
    ("title", "text", "problem"),
    [
        ("找不到网页", "您要找的文章不存在或已被删除。", Problem.MISSING),
        ("404", "请回到首页看看别的文章。", Problem.MISSING),
        ("文章已被删除", "这篇文章不在这里了，请看别的。", Problem.MISSING),
        ("河边的钟声", "本文仅限会员，请登录后阅读全文。", Problem.STUB),
        ("河边的钟声", "Please sign in to continue reading this story.", Problem.STUB),
        ("河边的钟声", "当局禁止老人登录河边的小岛，他们每天早晨都到桥上去。" * 5, None),
        ("专家说这种动物在中国已经不存在", "老人每天早晨到河边听钟声，" * 20, None),
        ("河边的钟声", "老人每天早晨到河边听钟声。", None),
    ],
)
def test_page_that_only_says_why_there_is_no_text(title: str, text: str, problem: Problem | None) -> None:
    assert find_problem(article(title=title, blocks=(paragraph(text),)), now=NOW) is problem
