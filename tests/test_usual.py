import json
from datetime import date
from pathlib import Path

import pytest

from newsmirror.batch import Facts
from newsmirror.usual import Usual

URL = "https://www.secretchina.com/news/gb/p1.html"
DAY = date(2026, 11, 20)


def facts(number: int) -> Facts:
    return Facts(number, 100, pictured=True, tagged=False, timed=True, divided=True, body="ab")


def seen(*sizes: int, newest: date | None = DAY) -> Usual:
    usual = Usual()
    for size in sizes:
        usual.add_list(URL, size, newest)
    return usual


@pytest.mark.parametrize(
    ("sizes", "size", "words"),
    [
        ((50,), 50, None),
        ((50,), 30, None),
        ((50,), 29, "names 29 articles, usually 50"),
        ((50, 50, 5, 50), 5, "names 5 articles, usually 50"),
        ((50, 5, 5, 5), 5, None),
        ((9,), 1, None),
        ((50,), 500, None),
        ((), 5, None),
    ],
)
def test_list_that_shrinks(sizes: tuple[int, ...], size: int, words: str | None) -> None:
    assert seen(*sizes).compare(URL, size, DAY) == words


@pytest.mark.parametrize(
    ("newest", "words"),
    [
        (date(2026, 11, 21), None),
        (date(2026, 11, 13), None),
        (date(2026, 11, 12), "is older than before: its newest article is of 2026-11-12, it was of 2026-11-20"),
        (None, None),
    ],
)
def test_list_that_goes_back(newest: date | None, words: str | None) -> None:
    assert seen(20).compare(URL, 20, newest) == words


def test_newest_day_is_remembered_through_an_old_copy() -> None:
    usual = seen(20)
    usual.add_list(URL, 20, date(2026, 1, 1))
    assert usual.compare(URL, 20, date(2026, 1, 1)) is not None


def test_what_is_usual_is_kept(tmp_path: Path) -> None:
    usual = seen(20)
    usual.add_articles({1: facts(1), 2: facts(2)})
    usual.add_articles({1: facts(1)})
    usual.save(tmp_path / "usual.json")

    again = Usual.load(tmp_path / "usual.json")

    assert again == usual
    assert [known.id for known in again.articles] == [2, 1]


def test_what_is_usual_is_bounded(tmp_path: Path) -> None:
    usual = Usual()
    usual.add_articles({n: facts(n) for n in range(600)})
    for number in range(400):
        usual.add_list(f"{URL}?{number}", 20, DAY)
    usual.save(tmp_path / "usual.json")

    again = Usual.load(tmp_path / "usual.json")

    assert (len(again.articles), again.articles[0].id, len(again.lists)) == (500, 100, 300)
    assert (tmp_path / "usual.json").stat().st_size < 80_000


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", '{"articles":[[1]],"lists":{}}', '{"articles":[],"lists":{"a":{}}}', '{"articles":3,"lists":{}}'],
)
def test_damaged_file_holds_nothing(content: str, tmp_path: Path) -> None:
    (tmp_path / "usual.json").write_text(content)
    assert Usual.load(tmp_path / "usual.json") == Usual()


def test_missing_file_holds_nothing(tmp_path: Path) -> None:
    assert Usual.load(tmp_path / "usual.json") == Usual()


def test_file_is_plain_json(tmp_path: Path) -> None:
    seen(20).save(tmp_path / "h.json")
    assert json.loads((tmp_path / "h.json").read_text()) == {
        "articles": [],
        "lists": {URL: {"sizes": [20], "newest": "2026-11-20"}},
    }
