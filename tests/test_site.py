from datetime import date

import pytest

from newsmirror.spiders.secretchina import SITE

ARTICLE = (990001, date(2021, 12, 17))


@pytest.mark.parametrize(
    "url",
    [
        "https://www.secretchina.com/news/gb/2021/12/17/990001.html",
        "http://m.secretchina.com/news/gb/2021/12/17/990001.html",
        "https://cn.secretchina.com/news/b5/2021/12/17/990001.html",
        "https://b5.secretchina.com/news/b5/2021/12/17/990001.htm",
        "//secretchina.com/news/gb/2021/12/17/990001.html",
        " https://www.secretchina.com/news/gb/2021/12/17/990001.html?utm=1#top ",
    ],
)
def test_article_of(url: str) -> None:
    absolute = url.replace(" ", "") if not url.startswith("//") else f"https:{url}"
    assert SITE.article_of(absolute) == ARTICLE


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/news/gb/2021/12/17/990001.html",
        "ftp://www.secretchina.com/news/gb/2021/12/17/990001.html",
        "https://example.org/news/gb/2021/12/17/990001.html",
        "https://www.secretchina.com.example.org/news/gb/2021/12/17/990001.html",
        "https://www.secretchina.com/news/gb/2021/13/17/990001.html",
        "https://www.secretchina.com/news/gb/2021/02/30/990001.html",
        "https://www.secretchina.com/news/gb/p1.html",
        "https://www.secretchina.com/news/gb/2021/12/17/9900010000.html",
        "http://https：//x",
        "http://[::1",
    ],
)
def test_article_of_something_else(url: str) -> None:
    assert SITE.article_of(url) is None


def test_article_address() -> None:
    assert SITE.article_address(7, date(2009, 1, 2)) == "https://www.secretchina.com/news/gb/2009/01/02/7.html"


@pytest.mark.parametrize(
    ("href", "name"),
    [
        ("/news/gb/tag/河边", "河边"),
        ("/news/gb/tag/%E6%B2%B3%E8%BE%B9", "河边"),
        ("/news/gb/tag/自由電台  ", "自由電台"),
        ("https://m.secretchina.com/news/b5/tag/河边", "河边"),
        ("https://example.org/news/gb/tag/河边", None),
        ("/news/gb/tag/", None),
        ("/news/gb/p1.html", None),
        ("http://[x", None),
    ],
)
def test_tag_of(href: str, name: str | None) -> None:
    assert SITE.tag_of(href) == name


def test_tag_address() -> None:
    assert SITE.tag_address("河 边") == "https://www.secretchina.com/news/gb/tag/%E6%B2%B3%20%E8%BE%B9"


@pytest.mark.parametrize(("name", "key"), [("看大陆", "p1"), ("社会百态", "p1"), ("文学世界", "p7"), ("河边", None)])
def test_category_key(name: str, key: str | None) -> None:
    assert SITE.category_key(name) == key


def test_category_by_key() -> None:
    category = SITE.category("p9")
    assert category is not None
    assert category.name == "看世界"


@pytest.mark.parametrize("key", ["p999", None])
def test_category_by_unknown_key(key: str | None) -> None:
    assert SITE.category(key) is None


@pytest.mark.parametrize(
    ("host", "own"),
    [("www.secretchina.com", True), ("m.secretchina.com", True), ("img3.secretchina.com", False), (None, False)],
)
def test_is_own_host(host: str | None, own: bool) -> None:
    assert SITE.is_own_host(host) is own


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("img3.secretchina.com", True),
        ("img.secretchina.com", True),
        ("img3.secretchina.com.example", False),
        (None, False),
    ],
)
def test_is_picture_host(host: str | None, own: bool) -> None:
    assert SITE.is_picture_host(host) is own


def test_every_category_has_its_own_key() -> None:
    keys = [category.key for category in SITE.categories]
    assert len(keys) == len(set(keys))
