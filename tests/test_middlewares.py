"""Where requests may go, and the front."""

from typing import Any

import pytest
from scrapy import Request, Spider
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http import HtmlResponse
from scrapy.utils.test import get_crawler

from newsmirror.middlewares.front import HOST_KEY, Front
from newsmirror.middlewares.gate import AddressGate
from newsmirror.spiders.secretchina import SecretChinaSpider

AUTHOR = "newsmirror <newsmirror@example.invalid>"


def gate(**settings: Any) -> AddressGate:
    return AddressGate.from_crawler(get_crawler(SecretChinaSpider, {"NEWSMIRROR_AUTHOR": AUTHOR, **settings}))


def front() -> Front:
    settings = {"NEWSMIRROR_AUTHOR": AUTHOR, "NEWSMIRROR_SITE_URL": "http://127.0.0.1:8000"}
    return Front.from_crawler(get_crawler(SecretChinaSpider, settings))


@pytest.mark.parametrize(
    "url",
    [
        "https://www.secretchina.com/news/gb/p1.html",
        "https://m.secretchina.com/robots.txt",
        "https://img6.secretchina.com/pic/2026/11-3/p1.jpg",
        "https://www.secretchina.com:443/",
    ],
)
def test_gate_lets_the_site_pass(url: str) -> None:
    gate().process_request(Request(url))

    assert gate()._allows(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://www.secretchina.com/news/gb/p1.html",
        "https://www.secretchina.com:8443/",
        "https://www.secretchina.com.evil.example/",
        "https://evil.example/?www.secretchina.com",
        "https://user:pass@www.secretchina.com/",
        "https://@www.secretchina.com/",
        "https://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:8000/",
        "https://account.secretchina.com/",
        "file:///etc/passwd",
        "ftp://www.secretchina.com/",
    ],
)
def test_gate_refuses_everything_else(url: str) -> None:
    with pytest.raises(IgnoreRequest, match="the address is not the site's"):
        gate().process_request(Request(url, dont_filter=True))


def test_gate_lets_the_configured_front_pass_and_no_other_port() -> None:
    fronted = gate(NEWSMIRROR_SITE_URL="http://127.0.0.1:8000")

    fronted.process_request(Request("http://127.0.0.1:8000/robots.txt"))

    with pytest.raises(IgnoreRequest):
        fronted.process_request(Request("http://127.0.0.1:8001/robots.txt"))


def test_gate_is_not_for_spiders_without_a_site() -> None:
    with pytest.raises(NotConfigured):
        AddressGate.from_crawler(get_crawler(Spider))


def test_front_keeps_path_and_query_and_remembers_the_host() -> None:
    request = front().process_request(Request("https://m.secretchina.com/news/gb/p1.html?page=2"))

    assert request is not None
    assert request.url == "http://127.0.0.1:8000/news/gb/p1.html?page=2"
    assert request.meta[HOST_KEY] == "m.secretchina.com"


def test_front_leaves_its_own_requests_alone() -> None:
    assert front().process_request(Request("http://127.0.0.1:8000/robots.txt")) is None


def test_front_gives_answers_their_canonical_address_back() -> None:
    request = Request("http://127.0.0.1:8000/news/gb/p1.html", meta={HOST_KEY: "www.secretchina.com"})
    answer = HtmlResponse("http://127.0.0.1:8000/news/gb/p1.html", body=b"<p>1</p>", request=request)

    response = front().process_response(request, answer)

    assert response.url == "https://www.secretchina.com/news/gb/p1.html"


def test_front_is_off_without_its_setting() -> None:
    with pytest.raises(NotConfigured):
        Front.from_crawler(get_crawler(SecretChinaSpider, {"NEWSMIRROR_AUTHOR": AUTHOR}))


def test_front_on_the_sites_own_host_is_not_sent_to_itself() -> None:
    settings = {"NEWSMIRROR_SITE_URL": "https://www.secretchina.com"}
    own = Front.from_crawler(get_crawler(SecretChinaSpider, settings))

    assert own.process_request(Request("https://www.secretchina.com/news/gb/p1.html")) is None
