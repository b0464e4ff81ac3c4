from datetime import UTC, datetime

import pytest

from newsmirror.listing import Link, ListPage, extract_feed, extract_list
from newsmirror.spiders.secretchina import SITE
from tests.samples import URL

LIST = "https://www.secretchina.com/news/gb/p1.html"
OTHER = "https://www.secretchina.com/news/gb/2021/12/18/990002.html"


def links(text: str, url: str = LIST) -> tuple[Link, ...]:
    return extract_list(text, url=url, site=SITE).links


def test_extract_list_finds_links_in_any_markup_in_order() -> None:
    text = f"<div><b><a href='{OTHER}'>二</a></b><ul><li><a href='/news/gb/2021/12/17/990001.html'>一</a></ul>"
    assert links(text) == (Link(990002, OTHER), Link(990001, URL))


def test_extract_list_takes_each_article_once() -> None:
    assert links(f"<a href='{URL}'>图</a><a href='{URL}?x=1'>题</a>") == (Link(990001, URL),)


@pytest.mark.parametrize("host", ["m", "cn", "b5"])
def test_extract_list_maps_other_hosts(host: str) -> None:
    assert links(f"<a href='http://{host}.secretchina.com/news/b5/2021/12/17/990001.html'>一</a>") == (
        Link(990001, URL),
    )


def test_extract_list_reads_data_href() -> None:
    assert links(f"<div data-href='{URL}'>一</div>") == (Link(990001, URL),)


def test_extract_list_ignores_other_links() -> None:
    text = "<a>x</a><a href='/news/gb/p2.html'>x</a><a href='https://example.org/'>x</a><a href='http://[x'>x</a>"
    assert links(text) == ()


def test_extract_list_reads_a_lead_by_its_id() -> None:
    assert links("<a href='/?nid=990001'>一</a>") == (Link(990001, None),)


def test_extract_list_prefers_the_address_of_a_lead() -> None:
    assert links(f"<a href='/?nid=990001'>一</a><a href='{URL}'>一</a>") == (Link(990001, URL),)


@pytest.mark.parametrize("href", ["https://example.org/?nid=990001", "/?nid=abc", "/?nid=1234567890", "/?nid=١"])
def test_extract_list_ignores_a_lead_that_is_none(href: str) -> None:
    assert links(f"<a href='{href}'>一</a>") == ()


def test_extract_list_uses_the_base_of_the_page() -> None:
    text = "<head><base href='https://m.secretchina.com/news/gb/'></head><a href='2021/12/17/990001.html'>一</a>"
    assert links(text) == (Link(990001, URL),)


def test_extract_list_of_an_empty_page() -> None:
    assert extract_list("", url=LIST, site=SITE) == ListPage(())


def test_extract_list_sees_addresses_that_stand_in_scripts_only() -> None:
    text = '<script>var a="\\/news\\/gb\\/2021\\/12\\/17\\/990001.html"</script>'
    assert extract_list(text, url=LIST, site=SITE) == ListPage((), scripts_only=True)


@pytest.mark.parametrize("word", ["下一页", "下一頁", " 后一页 ", "&gt;", "»", "Next"])
def test_next_page_is_found_by_its_word(word: str) -> None:
    text = f"<a href='/news/gb/p1_2.html'>{word}</a>"
    assert extract_list(text, url=LIST, site=SITE).next_url == "https://www.secretchina.com/news/gb/p1_2.html"


def test_next_page_is_found_by_its_relation() -> None:
    text = "<a rel='next' href='http://m.secretchina.com/news/gb/p1.html?page=2#x'>2</a>"
    assert extract_list(text, url=LIST, site=SITE).next_url == "https://www.secretchina.com/news/gb/p1.html?page=2"


@pytest.mark.parametrize(
    "href",
    [
        "https://example.org/news/gb/p1_2.html",
        "/news/gb/p2_2.html",
        LIST,
        "#",
        "javascript:void(0)",
        "http://[x",
        "",
    ],
)
def test_foreign_pager_is_ignored(href: str) -> None:
    assert extract_list(f"<a href='{href}'>下一页</a>", url=LIST, site=SITE).next_url is None


def test_pager_of_a_list_whose_key_begins_with_ours_is_ignored() -> None:
    assert extract_list("<a href='/news/gb/p10_2.html'>下一页</a>", url=LIST, site=SITE).next_url is None


def test_pager_of_a_tag_is_found() -> None:
    url = "https://www.secretchina.com/news/gb/tag/%E6%B2%B3%E8%BE%B9"
    text = "<a href='/news/gb/tag/%E6%B2%B3%E8%BE%B9?page=2'>下一页</a>"
    assert extract_list(text, url=url, site=SITE).next_url == f"{url}?page=2"


def test_pager_of_a_tag_with_a_plain_address_is_found() -> None:
    url = "https://www.secretchina.com/news/gb/tag/%E6%B2%B3%E8%BE%B9"
    found = extract_list("<a href='/news/gb/tag/河边?page=2'>下一页</a>", url=url, site=SITE).next_url
    assert found is not None


def test_page_without_pager() -> None:
    assert extract_list(f"<a href='{URL}'>一</a>", url=LIST, site=SITE).next_url is None


def feed(*items: str, head: str = "") -> str:
    text = f"<rss xmlns:dc='http://purl.org/dc/elements/1.1/'><channel>{''.join(items)}</channel></rss>"
    return f"<?xml version='1.0' encoding='utf-8'?>{head}{text}"


def item(url: str, date: str = "2021-12-17T08:30:15+08:00") -> str:
    return f"<item><title>一</title><link>{url}</link><dc:date>{date}</dc:date></item>"


def test_extract_feed_reads_times_to_the_minute_in_utc() -> None:
    assert extract_feed(feed(item(URL)), site=SITE).links == (
        Link(990001, URL, datetime(2021, 12, 17, 0, 30, tzinfo=UTC)),
    )


def test_extract_feed_takes_the_first_of_duplicates() -> None:
    found = extract_feed(feed(item(URL), item(URL, "2021-12-17T09:00:00+08:00"), item(OTHER)), site=SITE)
    assert [(link.id, link.published and link.published.hour) for link in found.links] == [(990001, 0), (990002, 0)]


@pytest.mark.parametrize("stamp", ["", "gestern", "2021-12-17T08:30:00"])
def test_extract_feed_without_usable_time(stamp: str) -> None:
    assert extract_feed(feed(item(URL, stamp)), site=SITE).links == (Link(990001, URL, None),)


def test_extract_feed_with_white_space_around_the_address() -> None:
    assert len(extract_feed(feed(item(f"\n {URL} \n")), site=SITE).links) == 1


def test_extract_feed_with_a_document_type_is_refused() -> None:
    head = "<!doctype rss [<!ENTITY a 'b'>]>"
    assert extract_feed(feed(item(URL), head=head), site=SITE) == ListPage(())


def test_extract_feed_reads_what_is_left_of_a_broken_one() -> None:
    broken = feed(item(URL), "<item><title>a & b</title></item>", item(OTHER))[:-20]
    assert [link.id for link in extract_feed(broken, site=SITE).links] == [990001, 990002]


@pytest.mark.parametrize("text", ["", "   ", "no markup", "\x00\xff", "<html><body>x</body></html>"])
def test_extract_feed_of_something_else(text: str) -> None:
    assert extract_feed(text, site=SITE) == ListPage(())


def test_extract_feed_does_not_believe_its_declaration() -> None:
    text = feed(item(URL), item(OTHER)).replace("encoding='utf-8'", "encoding='utf-16'")
    assert len(extract_feed(text, site=SITE).links) == 2


def test_titles_are_kept_as_the_list_shows_them() -> None:
    text = f'<a href="{URL}"><img src="x.jpg"></a><a href="{URL}"><b>河边的</b>钟声\n(图)</a><a href="{OTHER}">二</a>'
    assert [link.title for link in links(text)] == ["河边的钟声 (图)", "二"]


def test_titles_of_a_feed_are_kept() -> None:
    text = feed(item(URL).replace("<title>一", "<title>河边&amp;nbsp;钟声"))
    assert [link.title for link in extract_feed(text, site=SITE).links] == ["河边 钟声"]


@pytest.mark.parametrize("padding", [0, 5_000, 500_000])
def test_document_type_is_found_wherever_it_stands(padding: int) -> None:
    bomb = '<!DOCTYPE rss [<!ENTITY a "x">]>'
    text = f"<!--{' ' * padding}-->{bomb}<rss><channel>{item(URL)}</channel></rss>"
    assert extract_feed(text, site=SITE) == ListPage(())


def test_page_that_may_not_be_parsed_is_no_list() -> None:
    assert extract_list("<div>" * 300 + f'<a href="{URL}">x</a>', url=LIST, site=SITE) == ListPage(())
