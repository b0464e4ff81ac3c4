from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from newsmirror.arguments import RunArguments
from newsmirror.discovery import Discovery, ListSource, Wanted, list_sources
from newsmirror.items import BEIJING
from newsmirror.listing import Link
from newsmirror.lists import Rankings
from newsmirror.spiders.secretchina import SITE
from newsmirror.store import Pending
from tests.samples import URL

ONE = Link(990001, URL)
TWO = Link(990002, "https://www.secretchina.com/news/gb/2021/12/18/990002.html")
MORNING = datetime(2021, 12, 17, 0, 30, tzinfo=UTC)
ALL = RunArguments()


def source(kind: str, key: str) -> ListSource:
    return ListSource(f"https://www.secretchina.com/news/gb/{key}", kind, key)


def nothing(_identifier: int) -> bool:
    return False


def found(*lists: tuple[str, str, Link], known: Callable[[int], bool] = nothing) -> Discovery:
    discovery = Discovery(SITE)
    for kind, key, link in lists:
        discovery.add(source(kind, key), [link], is_known=known)
    return discovery


@pytest.mark.parametrize(
    ("lists", "category"),
    [
        ((("feed", "p9", ONE),), "p9"),
        ((("page", "p9", ONE),), "p9"),
        ((("page", "p9", ONE), ("feed", "p2", ONE)), "p2"),
        ((("feed", "p9", ONE), ("feed", "p2", ONE)), "p2"),
        ((("page", "p9", ONE), ("page", "p10", ONE)), "p9"),
        ((("page", "p1", ONE), ("page", "p2", ONE), ("page", "p3", ONE)), None),
        ((("tag", "河边", ONE),), None),
        ((("home", "", ONE),), None),
    ],
)
def test_category(lists: tuple[tuple[str, str, Link], ...], category: str | None) -> None:
    assert found(*lists).wanted(ALL) == [Wanted(990001, URL, None, category)]


def test_time_of_the_feed_is_kept() -> None:
    discovery = found(("page", "p1", ONE), ("feed", "p1", Link(990001, URL, MORNING)))
    assert discovery.wanted(ALL) == [Wanted(990001, URL, MORNING, "p1")]


def test_lead_gets_the_address_another_list_gives() -> None:
    discovery = found(("home", "", Link(990001, None)), ("page", "p1", ONE))
    assert discovery.wanted(ALL) == [Wanted(990001, URL, None, "p1")]


def test_lead_that_only_an_id_names_gets_a_stand_in_address() -> None:
    assert found(("home", "", Link(990001, None))).wanted(ALL) == [
        Wanted(990001, "https://www.secretchina.com/news/gb/1970/01/01/990001.html", None, None)
    ]


def test_newest_day_comes_first_whatever_the_order_of_the_lists() -> None:
    order = [wanted.id for wanted in found(("page", "p1", ONE), ("page", "p1", TWO)).wanted(ALL)]
    assert order == [990002, 990001]


def test_order_within_a_day_is_by_time_and_then_by_id() -> None:
    form = "https://www.secretchina.com/news/gb/2021/12/17/{}.html"
    links = [
        Link(1, form.format(1), MORNING), Link(2, form.format(2)), Link(3, form.format(3)),
        Link(4, form.format(4), datetime(2021, 12, 17, 0, 20, tzinfo=UTC)),
    ]  # fmt: skip
    discovery = Discovery(SITE)
    discovery.add(source("page", "p1"), links, is_known=nothing)
    assert [wanted.id for wanted in discovery.wanted(ALL)] == [1, 4, 3, 2]


def test_since_and_until_with_the_time_of_the_feed() -> None:
    arguments = RunArguments(since=datetime(2021, 12, 17, 9, 0, tzinfo=BEIJING))
    assert found(("feed", "p1", Link(990001, URL, MORNING))).wanted(arguments) == []


@pytest.mark.parametrize(
    ("since", "until", "identifiers"),
    [
        (datetime(2021, 12, 18, tzinfo=BEIJING), None, [990002]),
        (None, datetime(2021, 12, 18, tzinfo=BEIJING), [990001]),
        (datetime(2021, 12, 17, 20, tzinfo=BEIJING), None, [990002, 990001]),
    ],
)
def test_since_and_until_with_the_day_only(
    since: datetime | None, until: datetime | None, identifiers: list[int]
) -> None:
    wanted = found(("page", "p1", ONE), ("page", "p1", TWO)).wanted(RunArguments(since=since, until=until))
    assert [article.id for article in wanted] == identifiers


def test_article_of_unknown_day_is_asked_for_whatever_the_bounds() -> None:
    arguments = RunArguments(since=datetime(2021, 12, 18, tzinfo=BEIJING))
    assert len(found(("home", "", Link(990001, None))).wanted(arguments)) == 1


def test_add_tells_of_an_article_that_is_new() -> None:
    assert Discovery(SITE).add(source("page", "p1"), [ONE], is_known=nothing)


def test_add_tells_of_nothing_new_where_all_are_published() -> None:
    assert not Discovery(SITE).add(source("page", "p1"), [ONE], is_known=lambda _: True)


def test_add_tells_of_nothing_new_where_an_earlier_page_had_it() -> None:
    assert not found(("page", "p1", ONE)).add(source("page", "p1"), [ONE], is_known=nothing)


def test_add_tells_of_an_article_that_another_list_had() -> None:
    assert found(("page", "p2", ONE)).add(source("page", "p1"), [ONE], is_known=nothing)


def test_add_of_an_empty_list() -> None:
    assert not Discovery(SITE).add(source("page", "p1"), [], is_known=nothing)


def test_pending_article() -> None:
    discovery = Discovery(SITE)
    discovery.add_pending(Pending(URL, "article", "p7", MORNING))
    assert discovery.wanted(ALL) == [Wanted(990001, URL, MORNING, "p7")]


def test_category_of_a_list_wins_over_that_of_a_pending_article() -> None:
    discovery = found(("page", "p1", ONE))
    discovery.add_pending(Pending(URL, "article", "p7"))
    assert discovery.wanted(ALL) == [Wanted(990001, URL, None, "p1")]


def test_pending_address_of_something_else_is_ignored() -> None:
    discovery = Discovery(SITE)
    discovery.add_pending(Pending("https://example.org/x", "article"))
    assert discovery.wanted(ALL) == []


HOME = ListSource("https://www.secretchina.com/", "home", "")
RANKING = ListSource("https://www.secretchina.com/news/gb/precent3.html", "ranking", "")


def test_rankings_are_in_the_order_of_the_pages() -> None:
    discovery = Discovery(SITE)
    discovery.add(RANKING, [Link(7, URL), Link(3, None, is_lead=True), Link(5, URL)], is_known=lambda i: True)
    discovery.add(
        HOME, [Link(9, URL), Link(8, None, is_lead=True), Link(2, URL, is_lead=True)], is_known=lambda i: True
    )
    assert discovery.rankings() == Rankings((7, 3, 5), (8, 2))


def test_ranking_in_whose_place_the_home_page_stands_is_none() -> None:
    discovery = Discovery(SITE)
    links = [Link(number, URL, is_lead=number == 3) for number in range(1, 12)]
    for source in (HOME, RANKING):
        discovery.add(source, links, is_known=lambda i: True)
        discovery.note_page(source, "看中国网", tuple(link.id for link in links))
    assert discovery.repeated() == [RANKING]
    assert discovery.rankings() == Rankings((), (3,))


def test_rankings_that_were_not_read() -> None:
    assert Discovery(SITE).rankings() == Rankings()


def test_list_sources_of_a_plain_run() -> None:
    kinds = [(s.kind, s.key) for s in list_sources(SITE, ALL, ("河边",))]
    assert (kinds[0], kinds[15], kinds[16], kinds[32:]) == (
        ("feed", "p1"), ("feed", "p20134"), ("page", "p1"), [("tag", "河边"), ("ranking", ""), ("home", "")],
    )  # fmt: skip


def test_list_sources_of_chosen_categories() -> None:
    assert list_sources(SITE, RunArguments(categories=("p3",)), ("河边",)) == [
        ListSource("https://www.secretchina.com/news/gb/p3.xml", "feed", "p3", retired=True),
        ListSource("https://www.secretchina.com/news/gb/p3.html", "page", "p3", retired=True),
    ]


def test_list_sources_of_chosen_tags() -> None:
    assert list_sources(SITE, RunArguments(tags=("钟",)), ("河边",)) == [
        ListSource("https://www.secretchina.com/news/gb/tag/%E9%92%9F", "tag", "钟")
    ]


def test_list_sources_of_single_addresses() -> None:
    assert list_sources(SITE, RunArguments(urls=(URL,)), ("河边",)) == []
