from newsmirror.discovery import ListSource, Wanted
from newsmirror.ledger import Ledger
from newsmirror.spiders.secretchina import SITE
from newsmirror.store import Pending
from tests.samples import URL

LIST = ListSource("https://www.secretchina.com/news/gb/p1.html", "page", "p1")
WANTED = Wanted(990001, URL, None, "p1")


def nothing(_identifier: int) -> bool:
    return False


def test_articles_and_further_pages_that_did_not_come_are_left() -> None:
    ledger = Ledger(SITE)
    ledger.open_list(LIST.url, LIST)
    ledger.open_list(f"{LIST.url}?page=2", LIST)
    ledger.open_article(WANTED)

    assert ledger.unfinished(nothing) == [Pending(URL, "article", "p1"), Pending(f"{LIST.url}?page=2", "list", "p1")]


def test_what_came_is_settled() -> None:
    ledger = Ledger(SITE)
    ledger.carry([Pending(URL, "article", "p7")])
    ledger.open_list(f"{LIST.url}?page=2", LIST)
    ledger.open_article(WANTED)
    for address in (URL, f"{LIST.url}?page=2", "https://www.secretchina.com/never"):
        ledger.settle(address)

    assert ledger.unfinished(nothing) == []


def test_what_earlier_runs_left_stays_until_it_is_published() -> None:
    ledger = Ledger(SITE)
    ledger.carry([Pending(URL, "article", "p7"), Pending(LIST.url, "list", "p1")])

    assert ledger.unfinished(nothing) == [Pending(URL, "article", "p7"), Pending(LIST.url, "list", "p1")]
    assert ledger.unfinished(lambda identifier: identifier == 990001) == [Pending(LIST.url, "list", "p1")]
