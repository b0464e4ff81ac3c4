"""Callbacks of the spider, with answers written here."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import HtmlResponse, Response
from scrapy.utils.test import get_crawler

from newsmirror.clean import clean_article
from newsmirror.discovery import ListSource
from newsmirror.exceptions import ConfigError
from newsmirror.items import ScrapedArticle
from newsmirror.outcome import Outcome, judge
from newsmirror.report import read_report
from newsmirror.spider import NewsSpider
from newsmirror.spiders.secretchina import SITE, SecretChinaSpider
from newsmirror.store import Pending
from newsmirror.validate import find_problem
from tests.hostile.strangers import FRAMED, STRANGERS

NOW = datetime(2026, 11, 24, tzinfo=UTC)
AUTHOR = "newsmirror <newsmirror@example.invalid>"
LIST_URL = "https://www.secretchina.com/news/gb/p1.html"
PAGE = ListSource(LIST_URL, "page", "p1")
ARTICLE_URL = "https://www.secretchina.com/news/gb/2026/11/23/1106001.html"
ARTICLE_HTML = """<html><head><title>题目 - 看大陆 - 看中国网</title></head><body>
<div class="col-left"><div>
<center><h1>题目</h1></center><div class="fontsize"><div><h2>2026-11-23 09:14</h2></div></div>
<div class="article">
<div class="article_right"><p>正文第一段，足够长的一句话。</p></div></div></div></div></body></html>"""


def make_spider(**arguments: str) -> NewsSpider:
    crawler = get_crawler(SecretChinaSpider, {"NEWSMIRROR_AUTHOR": AUTHOR, "NEWSMIRROR_REPO": "mirror"})
    return SecretChinaSpider.from_crawler(crawler, **arguments)


def answer(url: str, text: str, status: int = 200) -> HtmlResponse:
    return HtmlResponse(url, status=status, body=text.encode(), encoding="utf-8")


def articles_of(spider: NewsSpider, response: Response, **known: Any) -> list[ScrapedArticle]:
    return [found for found in spider.parse_article(response, **known) if isinstance(found, ScrapedArticle)]


def count_of(spider: NewsSpider, name: str) -> Any:
    assert spider.crawler.stats
    return spider.crawler.stats.get_value(f"newsmirror/{name}")


def list_html(*identifiers: int, next_page: bool = True) -> str:
    links = "".join(f'<a href="/news/gb/2026/11/23/{number}.html">题</a>' for number in identifiers)
    return f"<html><body>{links}{'<a href=/news/gb/p1.html?page=2>下一页</a>' if next_page else ''}</body></html>"


def test_wrong_arguments_are_refused() -> None:
    with pytest.raises(ConfigError, match="unknown category 'p99'"):
        make_spider(category="p99")


def test_arguments_that_are_not_ours_are_ignored() -> None:
    assert make_spider(_job="abc").arguments.categories == ()


def test_list_goes_on_to_its_next_page() -> None:
    spider = make_spider()

    requests = list(spider.parse_list(answer(LIST_URL, list_html(1, 2)), PAGE, LIST_URL))

    assert [request.url for request in requests] == [f"{LIST_URL}?page=2"]
    assert count_of(spider, "lists/read") == 1


def test_list_stops_where_a_page_brings_nothing_new() -> None:
    spider = make_spider()
    list(spider.parse_list(answer(LIST_URL, list_html(1, 2)), PAGE, LIST_URL))

    again = list(spider.parse_list(answer(LIST_URL, list_html(1, 2)), PAGE, f"{LIST_URL}?page=2"))

    assert again == []


def test_list_stops_at_its_bound() -> None:
    spider = make_spider(pages="1")

    assert list(spider.parse_list(answer(LIST_URL, list_html(1, 2)), PAGE, LIST_URL)) == []


def test_list_without_articles_is_counted_as_empty() -> None:
    spider = make_spider()

    list(spider.parse_list(answer(LIST_URL, "<html><body>欢迎光临</body></html>"), PAGE, LIST_URL))

    assert count_of(spider, "lists/empty") == 1


def test_list_made_by_scripts_hints_at_the_browser(caplog: pytest.LogCaptureFixture) -> None:
    spider = make_spider()
    page = '<html><body><script>show("/news/gb/2026/11/23/1.html")</script></body></html>'

    list(spider.parse_list(answer(LIST_URL, page), PAGE, LIST_URL))
    spider._report_lists()

    assert "1 of the lists could not be used (only scripts, a browser may be needed): /news/gb/p1.html" in caplog.text


@pytest.mark.parametrize(("status", "reason"), [(404, "http"), (500, "http"), (429, "limited"), (503, "limited")])
def test_list_status_is_counted_by_reason(status: int, reason: str) -> None:
    spider = make_spider()

    list(spider.parse_list(answer(LIST_URL, "", status), PAGE, LIST_URL))

    assert count_of(spider, f"lists/{reason}") == 1


def test_retired_list_fails_quietly(caplog: pytest.LogCaptureFixture) -> None:
    spider = make_spider()
    source = ListSource("https://www.secretchina.com/news/gb/p3.html", "page", "p3", retired=True)

    list(spider.parse_list(answer(source.url, "", 404), source, source.url))
    spider._report_lists()

    assert count_of(spider, "lists/retired") == 1
    assert caplog.text == ""


def test_article_is_read() -> None:
    spider = make_spider()

    articles = articles_of(spider, answer(ARTICLE_URL, ARTICLE_HTML))

    assert [(article.id, article.category, article.title) for article in articles] == [(1106001, "p1", "题目")]


def test_article_outside_of_the_time_is_left_out() -> None:
    spider = make_spider(since="2026-11-24")

    assert list(spider.parse_article(answer(ARTICLE_URL, ARTICLE_HTML))) == []


def test_article_without_layout_is_counted_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    spider = make_spider()

    found = list(spider.parse_article(answer(ARTICLE_URL, "<html><body><p>新的版面</p></body></html>")))

    assert found == []
    assert count_of(spider, "articles/layout") == 1
    assert spider.failures == {ARTICLE_URL: "layout"}
    assert "Not published (layout: no layout of secretchina matches: no body or no title" in caplog.text
    assert ARTICLE_URL in caplog.text


def test_article_in_another_charset_than_it_says_is_read() -> None:
    page = ARTICLE_HTML.replace("足够长的一句话", "足够长的一句话，他们每天早晨都到河边去听钟声")
    body = page.replace("<head>", "<head><meta charset=utf-8>").encode("gb18030")
    response = HtmlResponse(ARTICLE_URL, body=body, headers={"Content-Type": "text/html; charset=utf-8"})

    (found,) = articles_of(make_spider(), response)

    assert found.title == "题目"
    assert "他们每天早晨都到河边去听钟声" in found.body_html


def test_article_whose_bytes_are_no_text_is_counted() -> None:
    spider = make_spider()

    assert list(spider.parse_article(HtmlResponse(ARTICLE_URL, body=bytes(range(128, 256)) * 20))) == []

    assert count_of(spider, "articles/encoding") == 1


def test_list_whose_bytes_are_no_text_is_counted(caplog: pytest.LogCaptureFixture) -> None:
    spider = make_spider()

    assert list(spider.parse_list(HtmlResponse(LIST_URL, body=bytes(range(128, 256)) * 20), PAGE, LIST_URL)) == []
    spider._report_lists()

    assert count_of(spider, "lists/encoding") == 1
    assert "the page's bytes are no text in any encoding that the source uses" in caplog.text


def test_article_that_is_no_text_is_counted() -> None:
    spider = make_spider()

    list(spider.parse_article(Response(ARTICLE_URL, body=b"\x89PNG")))

    assert count_of(spider, "articles/layout") == 1


def test_unread_further_page_stays_for_the_next_run() -> None:
    spider = make_spider()
    list(spider.parse_list(answer(LIST_URL, list_html(1, 2)), PAGE, LIST_URL))

    assert spider.unfinished() == [Pending(f"{LIST_URL}?page=2", "list", "p1")]


async def collect(spider: NewsSpider) -> list[str]:
    return [request.url async for request in spider.start()]


def start_urls(spider: NewsSpider) -> list[str]:
    coroutine = collect(spider)
    try:
        coroutine.send(None)
    except StopIteration as end:
        urls: list[str] = end.value
        return urls
    raise AssertionError("start waits for something")


def test_start_asks_feeds_first_then_pages_tags_and_home() -> None:
    urls = start_urls(make_spider())

    keys = len(SITE.categories)
    assert urls[0] == "https://www.secretchina.com/news/gb/p1.xml"
    assert urls[keys] == "https://www.secretchina.com/news/gb/p1.html"
    assert urls[2 * keys] == "https://www.secretchina.com/news/gb/tag/%E4%B9%A0%E8%BF%91%E5%B9%B3"
    assert urls[-1] == "https://www.secretchina.com/"
    assert len(urls) == 2 * keys + len(SITE.tags) + 2


def test_start_reads_only_the_lists_that_the_arguments_name() -> None:
    assert start_urls(make_spider(category="p9", tag="川普")) == [
        "https://www.secretchina.com/news/gb/p9.xml",
        "https://www.secretchina.com/news/gb/p9.html",
        "https://www.secretchina.com/news/gb/tag/%E5%B7%9D%E6%99%AE",
    ]


def test_article_that_redirects_to_another_is_refused() -> None:
    spider = make_spider()
    other = ARTICLE_URL.replace("1106001", "1106002")

    found = list(spider.parse_article(answer(other, ARTICLE_HTML), address=ARTICLE_URL))

    assert found == []
    assert spider.failures == {ARTICLE_URL: "redirected"}


def test_lead_takes_its_day_from_the_address_it_redirects_to() -> None:
    spider = make_spider()
    lead = "https://www.secretchina.com/news/gb/1970/01/01/1106001.html"

    found = articles_of(spider, answer(ARTICLE_URL, ARTICLE_HTML), address=lead)

    assert [article.url for article in found] == [ARTICLE_URL]


def test_lead_without_redirect_takes_its_day_from_the_page() -> None:
    spider = make_spider()
    lead = "https://www.secretchina.com/news/gb/1970/01/01/1106001.html"

    found = articles_of(spider, answer(lead, ARTICLE_HTML), address=lead)

    assert [article.url for article in found] == [ARTICLE_URL]


# Strangers in the place of lists and articles


@pytest.mark.parametrize("kind", STRANGERS)
@pytest.mark.parametrize("source", [PAGE, replace(PAGE, kind="feed", url=LIST_URL.replace("html", "xml"))])
def test_stranger_in_the_place_of_a_list(kind: str, source: ListSource) -> None:
    spider = make_spider()

    assert list(spider.parse_list(answer(source.url, STRANGERS[kind]), source, source.url)) == []

    report = read_report(spider.crawler, "finished")
    assert judge(report) is Outcome.SUSPICIOUS
    assert not spider.unfinished()


@pytest.mark.parametrize("kind", [*STRANGERS, *FRAMED])
def test_stranger_in_the_place_of_an_article(kind: str) -> None:
    spider = make_spider()
    page = (STRANGERS | FRAMED)[kind]

    found = articles_of(spider, answer(ARTICLE_URL, page))

    kept = [find_problem(clean_article(item, site=SITE, members_only="full"), now=NOW) for item in found]
    assert None not in kept
    if kind in STRANGERS:
        assert judge(read_report(spider.crawler, "finished")) is Outcome.SUSPICIOUS


@pytest.mark.parametrize("share", [0.1, 0.5, 0.75, 0.9])
@pytest.mark.parametrize("flags", [[], ["partial"], ["dataloss"]])
def test_half_a_page_is_no_article(share: float, flags: list[str]) -> None:
    spider = make_spider()
    page = ARTICLE_HTML[: int(len(ARTICLE_HTML) * share)]

    found = articles_of(spider, answer(ARTICLE_URL, page).replace(flags=flags))

    assert found == []
    assert set(spider.failures.values()) <= {"cut", "blocked"}


def test_page_whose_end_nobody_announced_is_an_article_where_it_has_its_end() -> None:
    response = answer(ARTICLE_URL, ARTICLE_HTML).replace(flags=["partial"])
    assert len(articles_of(make_spider(), response)) == 1


def test_cut_page_is_asked_for_twice_more() -> None:
    spider = make_spider()
    request = Request(ARTICLE_URL)
    asked = []
    for _ in range(3):
        response = answer(ARTICLE_URL, ARTICLE_HTML[:250]).replace(request=request, flags=["partial"])
        again = [one for one in spider.parse_article(response) if isinstance(one, Request)]
        asked += again
        request = again[0] if again else request

    assert [one.url for one in asked] == [ARTICLE_URL] * 2
    assert spider.failures == {ARTICLE_URL: "cut"}


def test_one_page_in_the_place_of_several_lists() -> None:
    spider = make_spider()
    page = f"<title>看中国网</title>{list_html(*range(1, 13), next_page=False)}"
    for key in ("p1", "p2"):
        source = ListSource(LIST_URL.replace("p1", key), "page", key)
        list(spider.parse_list(answer(source.url, page), source, source.url))

    spider._report_lists()

    assert (count_of(spider, "lists/read"), count_of(spider, "lists/foreign")) == (0, 2)
    assert {wanted.category for wanted in spider._discovery.wanted(spider.arguments)} == {None}


def test_title_that_no_list_knows_is_noted() -> None:
    spider = make_spider()
    page = ARTICLE_HTML.replace("题目", "山城小学周一恢复上课")

    articles_of(spider, answer(ARTICLE_URL, page), titles=("山城小学恢复上课(图)",))
    articles_of(spider, answer(ARTICLE_URL.replace("1106001", "1106002"), page), titles=("河边的老人每天听钟声",))
    articles_of(spider, answer(ARTICLE_URL.replace("1106001", "1106003"), page), titles=("阅读全文",))

    assert spider.memory.evidence._agreed == {1106001: True, 1106002: False}
