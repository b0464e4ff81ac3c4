from dataclasses import replace

import pytest

from newsmirror.batch import Facts, find_copies, find_oddities
from newsmirror.items import Article, Block, Embed, Picture
from tests.samples import article, paragraph

PLAIN = Facts(0, 1200, pictured=True, tagged=True, timed=True, divided=True, body="")
USUAL = [
    replace(PLAIN, id=n, length=600 + 31 * (n % 60), pictured=n % 10 != 0, tagged=n % 70 != 0) for n in range(1, 201)
]


def batch(number: int, **changes: object) -> list[Facts]:
    return [replace(USUAL[n], id=1000 + n, **changes) for n in range(number)]  # type: ignore[arg-type]


def test_facts_of_an_article() -> None:
    blocks: tuple[Block, ...] = (
        Picture("https://img3.secretchina.com/a.jpg"),
        paragraph("河 边" * 200),
        paragraph("钟"),
    )

    facts = Facts.of(article(blocks=blocks, tags=("河边",), date_only=True))

    assert facts == Facts(990001, 401, pictured=True, tagged=True, timed=False, divided=True, body=facts.body)
    assert len(facts.body) == 16


@pytest.mark.parametrize("blocks", [(paragraph("河" * 299),), (Embed("https://example.org/"), paragraph("河" * 400))])
def test_body_that_others_may_share_is_not_compared(blocks: tuple[Block, ...]) -> None:
    assert Facts.of(article(blocks=blocks)).body == ""


def test_white_space_makes_no_other_body() -> None:
    one: Article = article(blocks=(paragraph("河边" * 200),))
    other: Article = article(blocks=(paragraph("河 边" * 100), paragraph("河边" * 100)))
    assert Facts.of(one).body == Facts.of(other).body


@pytest.mark.parametrize("number", [0, 1, 2, 5, 20, 100])
def test_usual_batch(number: int) -> None:
    assert find_oddities(batch(number), USUAL) == []


@pytest.mark.parametrize("number", [5, 12, 60])
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"length": 90}, "have hardly any text"),
        ({"length": 9000}, "are far longer"),
        ({"pictured": False}, "have no picture"),
        ({"tagged": False}, "have no tags"),
        ({"timed": False}, "have no time of day"),
        ({"divided": False}, "are one paragraph"),
    ],
)
def test_batch_that_differs_as_a_whole(number: int, changes: dict[str, object], words: str) -> None:
    found = find_oddities(batch(number, **changes), USUAL)

    if number == 5 and words == "have no picture":  # one in ten has none: five in a row may be
        assert found == []
    else:
        assert len(found) == 1
        assert words in found[0]


def test_half_of_a_batch_that_lost_its_text() -> None:
    cut = [replace(facts, length=80) if facts.id % 2 else facts for facts in batch(30)]
    assert find_oddities(cut, USUAL) == ["15 of the last 30 articles have hardly any text, 0 of 200 before"]


def test_some_short_articles_are_no_oddity() -> None:
    some = [replace(facts, length=80) if facts.id % 4 == 0 else facts for facts in batch(30)]
    assert find_oddities(some, USUAL) == []


def test_small_runs_add_up() -> None:
    usual = list(USUAL)
    runs = 0
    while not (found := find_oddities(batch(2, length=90), usual)):
        usual += [replace(PLAIN, id=5000 + 2 * runs + n, length=90) for n in range(2)]
        runs += 1
    assert "have hardly any text" in found[0]
    assert runs <= 9


def test_nothing_is_judged_without_history() -> None:
    assert find_oddities(batch(40, length=1), USUAL[:19]) == []


def test_what_is_usual_is_no_oddity() -> None:
    untagged = [replace(facts, tagged=False) for facts in USUAL]
    assert find_oddities(batch(40, tagged=False), untagged) == []


def test_copies_in_a_batch() -> None:
    same = [replace(facts, body="aa") for facts in batch(3)]
    assert find_copies([*same, replace(PLAIN, id=9, body="bb"), replace(PLAIN, id=10)], USUAL) == {
        "aa": [1000, 1001, 1002]
    }


def test_two_of_a_kind_are_no_copies() -> None:
    assert find_copies([replace(facts, body="aa") for facts in batch(2)], USUAL) == {}


def test_copies_of_articles_before() -> None:
    usual = [replace(USUAL[0], body="aa"), replace(USUAL[1], body="aa")]
    assert find_copies([replace(PLAIN, id=9, body="aa")], usual) == {"aa": [9]}


def test_article_is_no_copy_of_itself() -> None:
    usual = [replace(PLAIN, id=9, body="aa"), replace(PLAIN, id=8, body="aa")]
    assert find_copies([replace(PLAIN, id=9, body="aa")], usual) == {}
