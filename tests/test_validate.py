from datetime import UTC, datetime, timedelta

import pytest

from newsmirror.decode import DAMAGED
from newsmirror.items import BEIJING, Article, Embed, Picture
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
    values = [problem.value for problem in Problem]
    assert values == ["no_title", "too_short", "too_long", "date_in_future", "date_before_source", "encoding"]
