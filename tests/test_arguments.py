from datetime import UTC, date, datetime

import pytest

from newsmirror.arguments import RunArguments
from newsmirror.exceptions import ConfigError
from newsmirror.items import BEIJING
from newsmirror.spiders.secretchina import SITE
from tests.samples import URL

NOW = datetime(2021, 12, 18, 12, 0, tzinfo=UTC)


def parse(**values: str) -> RunArguments:
    return RunArguments.parse(values, site=SITE, now=NOW)


def problems(**values: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        parse(**values)
    return caught.value.problems


def test_no_arguments() -> None:
    assert parse() == RunArguments((), (), None, None, None, 5, (), False)


def test_names_that_are_not_ours_are_ignored() -> None:
    assert parse(_job="x", other="y") == RunArguments()


def test_categories_in_their_order_once() -> None:
    assert parse(category="p9, p1，p9").categories == ("p9", "p1")


def test_unknown_category() -> None:
    assert problems(category="p99")[0].startswith(
        "spider argument 'category': unknown category 'p99', known are p1, p2, p3,"
    )


def test_tags() -> None:
    assert parse(tag="河边,钟").tags == ("河边", "钟")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2021-12-17", datetime(2021, 12, 17, tzinfo=BEIJING)),
        ("2d", datetime(2021, 12, 16, 12, 0, tzinfo=UTC)),
        ("12h", datetime(2021, 12, 18, 0, 0, tzinfo=UTC)),
    ],
)
def test_since(text: str, moment: datetime) -> None:
    assert parse(since=text).since == moment


def test_until_a_day_includes_it() -> None:
    assert parse(until="2021-12-17").until == datetime(2021, 12, 18, tzinfo=BEIJING)


@pytest.mark.parametrize("text", ["yesterday", "2021-02-30", "-2d", "2w", "99999d"])
def test_invalid_date(text: str) -> None:
    assert problems(since=text) == (
        f"spider argument 'since': invalid date '{text}', use YYYY-MM-DD, or 2d or 12h for days or hours ago",
    )


def test_until_the_last_day_of_the_calendar_is_an_invalid_date() -> None:
    assert problems(until="9999-12-31")[0].startswith("spider argument 'until': invalid date '9999-12-31'")


def test_since_behind_until() -> None:
    assert problems(since="2021-12-18", until="2021-12-17") == (
        "spider argument 'since' lies behind 'until'; exchange them",
    )


def test_since_and_until_on_the_same_day() -> None:
    found = parse(since="2021-12-17", until="2021-12-17")
    assert (found.since, found.until) == (
        datetime(2021, 12, 17, tzinfo=BEIJING), datetime(2021, 12, 18, tzinfo=BEIJING),
    )  # fmt: skip


def test_limit_and_pages() -> None:
    found = parse(limit="30", pages="2")
    assert (found.limit, found.pages) == (30, 2)


@pytest.mark.parametrize("name", ["limit", "pages"])
@pytest.mark.parametrize("text", ["0", "-1", "1.5", "x", "١", "1000001"])
def test_invalid_number(name: str, text: str) -> None:
    assert problems(**{name: text}) == (
        f"spider argument '{name}': invalid number '{text}', use a whole number above 0",
    )


def test_urls_become_canonical_and_once() -> None:
    found = parse(url=f"http://m.secretchina.com/news/b5/2021/12/17/990001.html, {URL}")
    assert found.urls == (URL,)


def test_url_of_something_else() -> None:
    assert problems(url="https://example.org/x") == (
        "spider argument 'url': 'https://example.org/x' is no article of secretchina, "
        "use addresses like https://www.secretchina.com/news/gb/2026/01/31/1.html",
    )


@pytest.mark.parametrize(("text", "refresh"), [("1", True), ("yes", True), ("TRUE", True), ("0", False), ("", False)])
def test_refresh(text: str, refresh: bool) -> None:
    assert parse(refresh=text).refresh is refresh


def test_invalid_flag() -> None:
    assert problems(refresh="maybe") == ("spider argument 'refresh': invalid value 'maybe', use 1, 0 or all",)


def test_all_problems_at_once() -> None:
    assert len(problems(category="p99", since="x", until="y", limit="0", pages="z", url="w", refresh="v")) == 7


@pytest.mark.parametrize(
    ("when", "wanted"),
    [
        (datetime(2021, 12, 16, 23, 59, tzinfo=BEIJING), False),
        (datetime(2021, 12, 17, 0, 0, tzinfo=BEIJING), True),
        (datetime(2021, 12, 17, 23, 59, tzinfo=BEIJING), True),
        (datetime(2021, 12, 18, 0, 0, tzinfo=BEIJING), False),
    ],
)
def test_wants(when: datetime, wanted: bool) -> None:
    assert parse(since="2021-12-17", until="2021-12-17").wants(when) is wanted


@pytest.mark.parametrize(("day", "wanted"), [(16, False), (17, True), (18, False)])
def test_may_want_day(day: int, wanted: bool) -> None:
    found = parse(since="2021-12-17", until="2021-12-17")
    assert found.may_want_day(date(2021, 12, day), SITE) is wanted


def test_may_want_the_day_in_which_since_falls() -> None:
    found = RunArguments(since=datetime(2021, 12, 17, 20, 0, tzinfo=BEIJING))
    assert found.may_want_day(date(2021, 12, 17), SITE)
