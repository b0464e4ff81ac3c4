"""Addresses that may be published: nothing that runs, tracks, or leads to another host than it shows."""

import pytest

from newsmirror.links import picture_address, public_link
from newsmirror.spiders.secretchina import SITE
from tests.samples import URL


@pytest.mark.parametrize(
    ("href", "link"),
    [
        ("https://zh.wikipedia.org/wiki/钟", "https://zh.wikipedia.org/wiki/%E9%92%9F"),
        ("https://zh.wikipedia.org/wiki/%E9%92%9F", "https://zh.wikipedia.org/wiki/%E9%92%9F"),
        ("http://example.org/a?b=1&c=2#d", "http://example.org/a?b=1&c=2#d"),
        ("//example.org/a", "https://example.org/a"),
        (" https://example.org/a b\n ", "https://example.org/a%20b"),
        ("https://example.org/\na", "https://example.org/a"),
        ("www.example.org/a", "http://www.example.org/a"),
        ("mailto:a@example.org", "mailto:a@example.org"),
        ("/news/b5/2020/08/17/940001.html", "https://www.secretchina.com/news/gb/2020/08/17/940001.html"),
        (
            "http://m.secretchina.com/news/gb/2020/08/17/940001.html?x=1",
            "https://www.secretchina.com/news/gb/2020/08/17/940001.html",
        ),
        ("http://www.secretchina.com/taxonomy/17798", "http://www.secretchina.com/taxonomy/17798"),
        ("https://www.google.com.tw/url?sa=t&url=https%3A%2F%2Fexample.org%2Fx", "https://example.org/x"),
        ("https://www.google.com/url?q=https://example.org/y&sa=D", "https://example.org/y"),
        ("https://news.example.org/go?url=https%3A%2F%2Fexample.org%2Fx%3Futm_source%3Da", "https://example.org/x"),
        ("https://l.facebook.com/l.php?u=https%3A%2F%2Fexample.org%2F&h=AT0", "https://example.org/"),
        ("https://go.example.org/redirect/?to=https://www.google.com/url?q=https://e.org/", "https://e.org/"),
        ("https://www.baidu.com/link?url=a1b2c3", "https://www.baidu.com/link?url=a1b2c3"),
        (
            "https://web.example.org/save?url=https://example.org/",
            "https://web.example.org/save?url=https://example.org/",
        ),
        ("https://e.org/a?utm_source=x&id=5&UTM_Medium=y&fbclid=z#t", "https://e.org/a?id=5#t"),
        ("https://e.org/a?gclid=1&msclkid=2&yclid=3&_ga=4&mc_cid=5&igshid=6", "https://e.org/a"),
        ("https://e.org/a?id=%E9%92%9F&utm_content=b", "https://e.org/a?id=%E9%92%9F"),
        ("https://e.org/a?ref=b&page=2&sid=3", "https://e.org/a?ref=b&page=2&sid=3"),
        ("https://twitter.com/u/status/1?ref_src=twsrc%5Etfw", "https://twitter.com/u/status/1"),
        ("https://mobile.twitter.com/u/status/1?lang=zh", "https://mobile.twitter.com/u/status/1?lang=zh"),
        ("https://x.com/u/status/1?s=20&t=abc", "https://x.com/u/status/1"),
        ("https://www.youtube.com/watch?v=abc&feature=youtu.be&t=30", "https://www.youtube.com/watch?v=abc&t=30"),
        ("https://youtu.be/abc?si=xyz&t=30", "https://youtu.be/abc?t=30"),
        ("https://e.org/?s=20&t=abc", "https://e.org/?s=20&t=abc"),
        ("https://EXAMPLE.org/A", "https://example.org/A"),
        ("https://ｅxample.org/", "https://example.org/"),
        ("https://sеcretchina.com/", "https://xn--scretchina-ksi.com/"),
        ("https://新闻.example.org/钟", "https://xn--efvy88h.example.org/%E9%92%9F"),
        ("https://example.org:443/a", "https://example.org:443/a"),
    ],
)
def test_public_link(href: str, link: str) -> None:
    assert public_link(href, URL, SITE) == link


@pytest.mark.parametrize(
    "href",
    [
        "",
        "localnews.php?stateid=5",
        "http://https：//example.org/x",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "#top",
        "mailto:nobody",
        "http://user:word@example.org/",
        "http://example.org:8080/",
        "http://localhost/x",
        "http://127.0.0.1/x",
        "http://192.168.1.1/admin?reboot=1",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f.0.0.1/",
        "http://[::1]/",
        "http://router.lan/",
        "http://printer.local/",
        "http://1.0.0.127.in-addr.arpa/",
        "http://exa mple/",
        "http://[::1",
        "https://example.org/" + "x" * 2000,
        "http://edit2016.secretchina.com/node/1",
        "https://account.secretchina.com/login",
        "/kzgd/subscribe.html",
        "/",
        "/news/gb/tag/河边",
        "https://www.google.com/url?q=javascript:alert(1)",
        "https://e.org/go?url=data:text/html,x",
        "vbscript:msgbox(1)",
        "java\tscript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "&#106;avascript:alert(1)",
        "\x01javascript:alert(1)",
        "blob:https://example.org/1",
        "intent://example.org#Intent;end",
        "tel:123",
        "ftp://example.org/x",
        "https://ex\u202eample.org/",
        "https://exa\x00mple.org/",
        "https://" + "a" * 64 + ".org/",
        "https://example.org/%E2%80%AEgpj.exe",
        "https://example.org/?a=%0d%0aX",
        "https://example.org/%00",
        "https://example.org/#%E2%81%A6x",
    ],
)
def test_public_link_refuses(href: str) -> None:
    assert public_link(href, URL, SITE) is None


@pytest.mark.parametrize(
    ("src", "address"),
    [
        ("//img3.secretchina.com/pic/a.jpg", "https://img3.secretchina.com/pic/a.jpg"),
        ("http://img3.secretchina.com/pic/a b.jpg", "https://img3.secretchina.com/pic/a%20b.jpg"),
        ("/pic/a.jpg", "https://www.secretchina.com/pic/a.jpg"),
        ("https://example.org/a.jpg", None),
        ("https://img3.secretchina.com:8443/a.jpg", None),
        ("https://img3.secretchina.com.example.org/a.jpg", None),
        ("data:image/gif;base64,R0", None),
        ("http://[x", None),
    ],
)
def test_picture_address(src: str, address: str | None) -> None:
    assert picture_address(src, URL, SITE) == address


def test_detours_within_detours_end() -> None:
    nested = "https://example.org/"
    for _ in range(20):
        nested = f"https://e.org/go?url={nested}"
    assert public_link(nested, URL, SITE) == "https://example.org/"
