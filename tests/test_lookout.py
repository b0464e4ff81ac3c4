"""Looks of a crawl: what is asked for, and what each kind of answer is taken for. No network."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from scrapy import Request
from scrapy.exceptions import DontCloseSpider
from scrapy.http import HtmlResponse
from scrapy.utils.test import get_crawler

from newsmirror.items import Row
from newsmirror.looks import MAX_LOOKS, Look, Seen, Sighting
from newsmirror.memory import NoMemory
from newsmirror.outcome import Outcome, judge
from newsmirror.report import read_report
from newsmirror.spider import NewsSpider
from newsmirror.spiders.secretchina import SecretChinaSpider
from newsmirror.store import Pending
from sample_site.markup import missing_page
from tests.hostile.strangers import STRANGERS
from tests.samples import row
from tests.test_spider import ARTICLE_HTML, ARTICLE_URL, AUTHOR, count_of

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
NUMBER = 1106001
HOME = "https://www.secretchina.com/"
OTHER = "https://www.secretchina.com/news/gb/2026/11/23/1106002.html"
MARKS = {"ETag": '"a1"', "Last-Modified": "Mon, 23 Nov 2026 02:00:00 GMT"}


class Planned(NoMemory):
    """A memory with looks that are due, newest first."""

    def __init__(self, *rows: Row, etag: str = ""):
        self._rows = rows
        self._etag = etag
        self.limit = 0

    def knows(self, identifier: int) -> bool:
        return any(row.id == identifier for row in self._rows)

    def looks(self, limit: int) -> list[tuple[Look, Row]]:
        self.limit = limit
        return [(Look(row.id, NOW, NOW, NOW, etag=self._etag), row) for row in self._rows][:limit]


class Engine:
    """Keeps what is asked for."""

    def __init__(self) -> None:
        self.requests: list[Request] = []

    def crawl(self, request: Request) -> None:
        self.requests.append(request)


def rows(*numbers: int) -> list[Row]:
    form = "https://www.secretchina.com/news/gb/2026/11/23/{}.html"
    return [row(id=number, url=form.format(number), published=NOW - timedelta(hours=2)) for number in numbers]


def spider_with(memory: NoMemory, *, lists: int = 3, settings: dict[str, Any] | None = None, **said: Any) -> NewsSpider:
    values = {"NEWSMIRROR_AUTHOR": AUTHOR, "NEWSMIRROR_REPO": "mirror", **(settings or {})}
    crawler = get_crawler(SecretChinaSpider, values)
    spider = SecretChinaSpider.from_crawler(crawler, **said)
    spider.memory = memory
    crawler.engine = Engine()  # type: ignore[assignment]
    assert crawler.stats
    crawler.stats.set_value("newsmirror/lists/read", lists)
    return spider


def asked(spider: NewsSpider) -> list[Request]:
    """What a spider asks for when all lists are read; it says that it is not idle then."""
    engine: Any = spider.crawler.engine
    goes_on = False
    try:
        spider.lists_are_read()
    except DontCloseSpider:
        goes_on = True
    found: list[Request] = engine.requests
    assert goes_on is bool(found)
    return found


@pytest.fixture
def look() -> Callable[..., Any]:
    """A spider that has looked at one article, and the articles that came of it."""

    def take(
        url: str, body: str = "", status: int = 200, etag: str = "", **headers: str
    ) -> tuple[NewsSpider, list[Any]]:
        spider = spider_with(Planned(*rows(NUMBER), etag=etag))
        (request,) = asked(spider)
        answer = HtmlResponse(url, status=status, body=body.encode(), encoding="utf-8", headers=headers)
        return spider, list(spider.parse_article(answer, **request.cb_kwargs))

    return take


def test_what_is_due_is_asked_for_after_all_that_is_new_and_in_its_order() -> None:
    requests = asked(spider_with(Planned(*rows(9, 8, 7))))

    assert [request.url[-6:] for request in requests] == ["9.html", "8.html", "7.html"]
    assert sorted((request.priority for request in requests), reverse=True) == [r.priority for r in requests]
    assert max(request.priority for request in requests) < -1
    assert all(request.headers.get("If-None-Match") is None for request in requests)


def test_look_asks_whether_there_is_another_version() -> None:
    (request,) = asked(spider_with(Planned(*rows(9), etag='"a1"')))

    assert request.headers["If-None-Match"] == b'"a1"'


def test_over_a_proxy_nothing_is_sent_that_ties_two_runs_together() -> None:
    behind = {"NEWSMIRROR_PROXY": "http://127.0.0.1:9"}
    spider = spider_with(Planned(*rows(9), etag='"a1"'), settings=behind)

    (request,) = asked(spider)
    answer = HtmlResponse(ARTICLE_URL, body=ARTICLE_HTML.encode(), encoding="utf-8", headers=MARKS)
    list(spider.parse_article(answer))

    assert "If-None-Match" not in request.headers
    assert spider.sightings == (Sighting(NUMBER, Seen.THERE),)


@pytest.mark.parametrize("said", [{"category": "p1"}, {"tag": "教育"}, {"url": OTHER}, {"since": "2026-11-24"}])
def test_narrow_run_takes_no_look(said: dict[str, Any]) -> None:
    spider = spider_with(Planned(*rows(9)), **said)

    assert [request for request in asked(spider) if request.url.endswith("/9.html")] == []


def test_limit_holds_for_looks_as_well() -> None:
    assert len(asked(spider_with(Planned(*rows(9, 8, 7)), limit="2"))) == 2


def test_looks_of_a_run_are_bounded() -> None:
    memory = Planned(*rows(*range(2 * MAX_LOOKS)))

    assert len(asked(spider_with(memory))) == memory.limit == MAX_LOOKS


def test_no_look_is_taken_where_no_list_came() -> None:
    assert asked(spider_with(Planned(*rows(9)), lists=0)) == []


def test_looks_can_be_switched_off() -> None:
    assert asked(spider_with(Planned(*rows(9)), settings={"NEWSMIRROR_LOOK_AGAIN": "0"})) == []


def test_article_that_is_there_is_seen_with_its_marks(look: Callable[..., Any]) -> None:
    spider, articles = look(ARTICLE_URL, ARTICLE_HTML, **MARKS)

    assert [article.id for article in articles] == [NUMBER]
    assert spider.sightings == (Sighting(NUMBER, Seen.THERE, '"a1"', MARKS["Last-Modified"]),)
    assert count_of(spider, "articles/scraped") is None


def test_article_that_has_not_changed_is_not_read(look: Callable[..., Any]) -> None:
    spider, articles = look(ARTICLE_URL, status=304, etag='"a1"')

    assert articles == []
    assert spider.sightings == (Sighting(NUMBER, Seen.THERE, '"a1"'),)
    assert count_of(spider, "looks/unchanged") == 1


@pytest.mark.parametrize("value", ["a1", '"' + "a" * 65 + '"', '"a\u00e9"', "", '"a" "b"'])
def test_mark_that_looks_like_none_is_not_kept(look: Callable[..., Any], value: str) -> None:
    spider, _ = look(ARTICLE_URL, ARTICLE_HTML, ETag=value, **{"Last-Modified": "user-4711"})

    assert spider.sightings == (Sighting(NUMBER, Seen.THERE),)


@pytest.mark.parametrize("status", [404, 410])
def test_missing_page_is_seen_as_such(look: Callable[..., Any], status: int) -> None:
    spider, _ = look(ARTICLE_URL, "<html>not found</html>", status)

    assert spider.sightings == (Sighting(NUMBER, Seen.MISSING),)
    assert spider.failures == {}
    assert count_of(spider, "looks/http") == 1


@pytest.mark.parametrize(
    ("url", "body", "status"),
    [
        (ARTICLE_URL, "", 500),
        (ARTICLE_URL, "", 503),
        (ARTICLE_URL, "", 403),
        (ARTICLE_URL, "", 451),
        (ARTICLE_URL, "", 304),  # nobody asked whether it has changed
        (HOME, "", 304),
        (HOME, "<html><head><title>看中国</title></head><body><p>首页</p></body></html>", 200),
        (OTHER, ARTICLE_HTML, 200),
        *((ARTICLE_URL, stranger, 200) for stranger in STRANGERS.values()),
    ],
)
def test_answers_that_say_nothing_of_the_article(
    look: Callable[..., Any], url: str, body: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    spider, articles = look(url, body, status)

    assert articles == []
    assert spider.sightings == (Sighting(NUMBER, Seen.FAILED),)
    assert spider.failures == {}


def test_page_that_says_404_is_not_asked_for_every_hour(look: Callable[..., Any]) -> None:
    spider, _ = look(ARTICLE_URL, missing_page())

    assert spider.sightings == (Sighting(NUMBER, Seen.REFUSED),)


def test_home_that_says_unchanged_is_not_the_article(look: Callable[..., Any]) -> None:
    spider, _ = look(HOME, status=304, etag='"a1"')

    assert spider.sightings == (Sighting(NUMBER, Seen.FAILED),)


def test_looks_in_vain_raise_no_alarm(look: Callable[..., Any]) -> None:
    spider, _ = look(ARTICLE_URL, status=500)

    assert judge(read_report(spider.crawler, "finished")) is None


def test_article_that_a_person_asked_for_fails_as_before(caplog: pytest.LogCaptureFixture) -> None:
    spider = spider_with(Planned(*rows(NUMBER)), lists=0, url=ARTICLE_URL)
    spider._discovery.add_pending(Pending(ARTICLE_URL, "article"))
    (request,) = asked(spider)

    list(spider.parse_article(HtmlResponse(ARTICLE_URL, status=404), **request.cb_kwargs))

    assert spider.sightings == (Sighting(NUMBER, Seen.MISSING),)
    assert "Not published (http: status 404)" in caplog.text
    assert judge(read_report(spider.crawler, "finished")) is Outcome.UNREACHABLE


def test_new_article_keeps_its_marks_and_a_failed_one_leaves_none() -> None:
    spider = spider_with(NoMemory())
    list(spider.parse_article(HtmlResponse(ARTICLE_URL, body=ARTICLE_HTML.encode(), encoding="utf-8", headers=MARKS)))
    assert spider.sightings[0].etag == '"a1"'

    spider.fail(ARTICLE_URL, "stub", "the page holds no fit article")

    assert spider.sightings == ()
