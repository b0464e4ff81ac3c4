"""Whose page is it? Strangers are recognised, the source's own pages never taken for one."""

from collections.abc import Iterator
from datetime import date

import pytest

from newsmirror.guard import parse_html
from newsmirror.identity import Evidence, Refusal, check_article, check_list, ends_inside, explain_unread, has_end
from newsmirror.spiders.secretchina import SITE
from sample_site import SampleSite
from tests.hostile.strangers import FRAMED, STRANGERS

URL = "https://www.secretchina.com/news/gb/2021/12/17/990001.html"
LIST = "https://www.secretchina.com/news/gb/p1.html"
BODY = '<h1>题目</h1><div class="article_right"><p>正文第一段，足够长的一句话。</p></div>'


def evidence(text: str, url: str = URL) -> Evidence:
    return Evidence(parse_html(text or "<html></html>"), url=url, site=SITE)


def article_refusal(head: str, body: str = BODY) -> Refusal | None:
    text = f"<html><head>{head}</head><body>{body}</body></html>"
    return check_article(evidence(text), text, identifier=990001)


def reason(refusal: Refusal | None) -> str | None:
    return refusal.reason if refusal else None


OWN_TITLE = "<title>题目 - 看大陆 - 看中国网</title>"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (OWN_TITLE, None),
        (OWN_TITLE + f'<link rel="canonical" href="{URL}">', None),
        (OWN_TITLE + '<link rel="canonical" href="/news/b5/2021/12/17/990001.html">', None),
        (OWN_TITLE + f'<link rel="canonical" href="{URL.replace("990001", "990002")}">', "other_article"),
        (OWN_TITLE + f'<meta property="og:url" content="{URL.replace("www.", "m.")}">', None),
        (OWN_TITLE + f'<meta property="og:url" content="{URL.replace("990001", "5")}">', "other_article"),
        (OWN_TITLE + '<link rel="canonical" href="https://www.secretchina.com/">', None),
        (OWN_TITLE + '<link rel="canonical" href="https://www.kanzhongguo.com/news/gb/2021/12/17/990001.html">', None),
        (OWN_TITLE + '<link rel="canonical" href="https://news.example.org/a">', "foreign"),
        (OWN_TITLE + '<link rel="canonical" href="https://secretchina.com.evil.example/a">', "foreign"),
        (OWN_TITLE + '<link rel="canonical" href="http://[::1">', None),
        ("<title>题目</title>", "foreign"),
        ('<title>题目</title><img src="//img3.secretchina.com/a.jpg">', None),
    ],
)
def test_what_a_page_says_of_itself(head: str, expected: str | None) -> None:
    assert reason(article_refusal(head)) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ('{"@type":"NewsArticle","mainEntityOfPage":"%s"}', None),
        ('{"@type":["Thing","NewsArticle"],"mainEntityOfPage":{"@id":"%s"}}', None),
        (
            '[{"@type":"NewsArticle","url":"https://www.secretchina.com/news/gb/2021/12/17/990002.html"}]',
            "other_article",
        ),
        ('{"@type":"ItemList","url":"https://www.secretchina.com/news/gb/2021/12/17/990002.html"}', None),
        ('{"@type":"NewsArticle","mainEntityOfPage":', None),
        ("[" * 100_000, None),
        ('"%s"', None),
    ],
)
def test_linked_data(data: str, expected: str | None) -> None:
    script = data.replace("%s", URL)
    assert reason(article_refusal(f'{OWN_TITLE}<script type="application/ld+json">{script}</script>')) == expected


@pytest.mark.parametrize("kind", STRANGERS)
def test_stranger_is_recognised_in_the_place_of_an_article(kind: str) -> None:
    assert reason(explain_unread(evidence(STRANGERS[kind]))) == "blocked"


@pytest.mark.parametrize("kind", ["other_article", "unsigned_article"])
def test_article_of_another_site_in_the_right_frame(kind: str) -> None:
    text = FRAMED[kind]
    assert reason(check_article(evidence(text), text, identifier=990001)) == "foreign"


def test_new_layout_of_the_source_is_no_stranger() -> None:
    menu = "".join(f'<a href="/news/gb/{category.key}.html">{category.name}</a>' for category in SITE.categories)
    text = f"<html><head>{OWN_TITLE}</head><body>{menu}<h1>题目</h1><div class='neu'><p>正文。</p></div></body></html>"

    assert reason(explain_unread(evidence(text))) == "layout"
    assert reason(explain_unread(evidence(text.replace(OWN_TITLE, "")))) == "layout"


def test_page_that_tells_nothing_is_a_layout() -> None:
    assert reason(explain_unread(evidence("<html><body><h1>新版</h1><p>正文</p></body></html>"))) == "layout"


@pytest.mark.parametrize(
    ("title", "heading", "expected"),
    [
        ("404 - 看中国网", "", "missing"),
        ("看中国网", "找不到网页", "missing"),
        ("文章已被删除 - 看中国网", "", "missing"),
        ("看中国网", "", "other_page"),
        ("看大陆 - 看中国网", "", "other_page"),
        ("新题目 - 看大陆 - 看中国网", "新题目", "layout"),
    ],
)
def test_other_pages_of_the_source(title: str, heading: str, expected: str) -> None:
    text = f"<html><head><title>{title}</title></head><body><h1>{heading}</h1></body></html>"
    assert reason(explain_unread(evidence(text))) == expected


def sample_articles() -> Iterator[tuple[int, str, str]]:
    site = SampleSite()
    for identifier, record in site.articles.items():
        path = f"/news/gb/{record.published:%Y/%m/%d}/{identifier}.html"
        yield identifier, f"https://www.secretchina.com{path}", site.respond(path).body.decode()


def test_no_sample_article_is_refused() -> None:
    refused = {
        identifier: refusal
        for identifier, url, text in sample_articles()
        if (refusal := check_article(evidence(text, url), text, identifier=identifier)) or not has_end(text)
    }
    assert refused == {}


def sample_lists(site: SampleSite) -> Iterator[tuple[str, str, str]]:
    yield "home", "/", site.respond("/").body.decode()
    for category in SITE.categories:
        answer = site.respond(f"/news/gb/{category.key}.html")
        if answer.status == 200:
            yield "page", f"/news/gb/{category.key}.html", answer.body.decode()
    for tag in site.tags:
        yield "tag", f"/news/gb/tag/{tag}", site.respond(f"/news/gb/tag/{tag}").body.decode()


@pytest.mark.parametrize("day", [date(2026, 11, 24), date(2026, 11, 10), date(2021, 1, 1)])
def test_no_sample_list_is_refused(day: date) -> None:
    refused = [
        (path, refusal)
        for kind, path, text in sample_lists(SampleSite(day))
        if (refusal := check_list(evidence(text, f"https://www.secretchina.com{path}"), kind=kind))
    ]
    assert refused == []


def test_home_page_in_the_place_of_a_list() -> None:
    text = SampleSite().respond("/").body.decode()
    assert check_list(evidence(text, LIST), kind="page") == Refusal("foreign", "the home page stands there")


def test_article_in_the_place_of_a_list() -> None:
    text = next(text for _, _, text in sample_articles() if 'rel="canonical"' in text)
    assert check_list(evidence(text, LIST), kind="page") == Refusal("foreign", "an article stands there")


def test_other_site_that_links_to_some_articles_is_no_list() -> None:
    text = f'<html><body>{STRANGERS["other_news"]}<a href="{URL}">转载</a></body></html>'
    assert check_list(evidence(text, LIST), kind="tag") == Refusal("foreign", "a page of another site")


def test_bare_list_of_articles_is_a_list() -> None:
    text = f'<html><body><a href="{URL}">一</a><a href="/news/gb/2021/12/17/990002.html">二</a></body></html>'
    assert check_list(evidence(text, LIST), kind="page") is None


@pytest.mark.parametrize(
    ("text", "ended"),
    [("<p>x</p></body>", True), ("<p>x</p></HTML >", True), ("<p>x</p>", False), ("<p>&lt;/html>", False)],
)
def test_end_of_a_page(text: str, ended: bool) -> None:
    assert has_end(text) is ended


def test_page_that_ends_inside_its_article() -> None:
    root = parse_html('<html><body><h1>题</h1><div class="article_right"><p>正文到')
    assert ends_inside(root.xpath("//div")[0])


def test_page_that_ends_behind_its_article() -> None:
    root = parse_html('<html><body><div class="article_right"><p>正文。</p></div><div id="footer">')
    assert not ends_inside(root.xpath("//div")[0])
