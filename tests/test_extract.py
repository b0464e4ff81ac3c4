from datetime import UTC, datetime

import pytest

from newsmirror.exceptions import LayoutError
from newsmirror.extract import extract_article
from newsmirror.items import BEIJING, ScrapedArticle
from newsmirror.spiders.secretchina import SITE
from tests.samples import URL

OTHER = "https://www.secretchina.com/news/gb/2021/12/18/990002.html"
STAND_IN = "https://www.secretchina.com/news/gb/1970/01/01/990001.html"
CREDITS = (
    "<p>来源:<a href='/news/gb/tag/河边电台  '>河边电台</a></p><p>责任编辑:王小明</p>"
    '<p>本文短网址:<input name="lname" type="text" value="http://kzg.io/abc" />\n'
    "版权所有，任何形式转载需看中国授权许可。<span style='color:red'>严禁建立镜像网站</span>.</p>"
)


def page_2018(body: str = "<p>老人到河边。</p>", *, time: str = "2021-12-17 08:30", head: str = "") -> str:
    return (
        f"<html><head>{head}</head><body><div class='col-left'><div><center><h1>河边的钟声(图)</h1></center>"
        f"<div class='fontsize'><div><h2>{time} 作者：王小明 李大力\n</h2></div></div></div></div>"
        f'<div class="article"><div class="article_right" style="fone-color:#000">{body}</div></div></body></html>'
    )


def page_2026(body: str = "<p>老人到河边。</p>", *, time: str = "2021-12-17T08:30:15+08:00") -> str:
    return (
        f"<html><head><meta property='article:published_time' content='{time}'></head><body>"
        "<h1 itemprop='headline'>河边的钟声</h1>"
        f"<div class='article_right' itemprop='articleBody'>{body}</div></body></html>"
    )


def read(text: str, url: str = URL) -> ScrapedArticle:
    return extract_article(text, url=url, site=SITE)


def test_extract_article_of_the_layout_of_2018() -> None:
    found = read(page_2018())
    assert (found.layout, found.title, found.authors) == ("2018", "河边的钟声(图)", ("王小明", "李大力"))


def test_extract_article_of_the_layout_of_2021() -> None:
    found = read(page_2018("<p>老人到河边。</p>" + CREDITS))
    assert (found.layout, found.source, found.editor, found.short_url, found.rights) == (
        "2021", "河边电台", "王小明", "http://kzg.io/abc", "版权所有，任何形式转载需看中国授权许可。",
    )  # fmt: skip


def test_extract_article_of_the_layout_of_2026() -> None:
    found = read(page_2026("<p>老人到河边。</p><p>责任编辑:王小明</p>"))
    assert (found.layout, found.title, found.editor) == ("2026", "河边的钟声", "王小明")


def test_extract_article_keeps_the_body_only() -> None:
    assert read(page_2018("<p>一</p>")).body_html == (
        '<div class="article_right" style="fone-color:#000"><p>一</p></div>'
    )


def test_extract_article_ignores_a_headline_inside_the_body() -> None:
    assert read(page_2018("<h1>别的</h1><p>一</p>")).title == "河边的钟声(图)"


def test_extract_article_uses_the_title_of_the_head_where_the_page_has_none() -> None:
    text = "<meta property='og:title' content='河边 &amp;amp; 钟声'><div class='article_right'><p>一</p></div>"
    assert read(text).title == "河边 & 钟声"


def test_extract_article_keeps_the_wide_space_of_a_title() -> None:
    page = page_2018().replace("河边的钟声(图)", "　河边　钟声&amp;nbsp;(图) ")
    assert read(page).title == "河边　钟声 (图)"


def test_extract_article_takes_the_name_of_the_site_off_a_title() -> None:
    head = "<meta property='og:title' content='河边的钟声(图) - 看大陆 - 看中国网'>"
    page = f'<html><head>{head}</head><body><div class="article_right"><p>老人到河边。</p></div></body></html>'
    assert read(page).title == "河边的钟声(图)"


def test_extract_article_takes_in_what_a_stray_end_tag_threw_out_of_the_body() -> None:
    slot = '<div id="txt-mid2-t22-2017"><div id="SC-21xx">密</div></div>'
    found = read(page_2018(f"<p>一。</p></div>二。<p>三。</p>四。{slot}<p>密</p>"))
    assert all(word in found.body_html for word in ("一。", "二。", "三。", "四。"))
    assert "<p>密" not in found.body_html


def test_extract_article_takes_in_nothing_where_the_body_is_whole_or_no_slot_follows() -> None:
    slot = '<div id="txt-mid2-t22-2017">密</div>'
    assert "旁" not in read(page_2018(f"<p>一。</p>{slot}</div><p>旁</p>{slot}")).body_html
    assert "旁" not in read(page_2018("<p>一。</p></div><p>旁</p>")).body_html


def test_extract_article_takes_the_last_source_for_its_own() -> None:
    found = read(page_2018(f"<p>一。</p><p>来源：某书</p>{CREDITS}"))
    assert found.source == "河边电台"


def test_extract_article_without_credits_before_2021() -> None:
    found = read(page_2018("<p>一</p><p>来源:某书</p>"))
    assert (found.source, found.editor) == (None, None)


def test_extract_article_with_editor_and_source_in_one_line() -> None:
    found = read(page_2026("<p>责任编辑:王小明\n来源:<a href='/news/gb/tag/x'>看中国</a></p>"))
    assert (found.source, found.editor) == ("看中国", "王小明")


def test_extract_article_takes_no_credit_from_a_long_sentence() -> None:
    assert read(page_2026(f"<p>来源：{'河' * 90}</p>")).source is None


def test_extract_article_with_a_byline() -> None:
    body = "<p>【看中国2021年12月17日讯】（看中国记者王小明、李大力综合报导）老人到河边。</p>"
    assert read(page_2026(body)).authors == ("王小明", "李大力")


@pytest.mark.parametrize(
    "byline",
    [
        "（看中国记者王小明综合报导）",
        "(看中国记者王小明 编译/综合报导)",
        "（看中国特约记者王小明采访报导）",
        "（看中國記者王小明編譯/綜合報導）",
        "（看中国记者王小明）",
    ],
)
def test_forms_of_the_byline(byline: str) -> None:
    assert read(page_2026(f"<p>{byline}老人到河边。</p>")).authors == ("王小明",)


def test_extract_article_without_byline() -> None:
    assert read(page_2026("<p>（法广RFI）老人到河边。</p>")).authors == ()


def test_extract_article_collects_tags_once_and_none_from_credits() -> None:
    river = "<a href='/news/gb/tag/河边'>河边</a>"
    body = f"<p>{river}<a href='/news/gb/tag/钟'>钟</a>{river}</p>"
    assert read(page_2018(body + CREDITS)).tags == ("河边", "钟")


def test_extract_article_uses_the_time_of_the_feed_first() -> None:
    fed = datetime(2021, 12, 17, 1, 5, tzinfo=UTC)
    found = extract_article(page_2018(), url=URL, site=SITE, published=fed)
    assert (found.published, found.date_only) == (datetime(2021, 12, 17, 9, 5, tzinfo=BEIJING), False)


def test_extract_article_does_not_believe_a_feed_whose_day_is_not_that_of_the_address() -> None:
    fed = datetime(2021, 12, 18, 1, 5, tzinfo=UTC)
    found = extract_article(page_2018(), url=URL, site=SITE, published=fed)
    assert found.published == datetime(2021, 12, 17, 8, 30, tzinfo=BEIJING)


@pytest.mark.parametrize("text", [page_2018(), page_2026(), page_2026(time="2021-12-17T00:30:15Z")])
def test_extract_article_uses_the_time_of_the_page(text: str) -> None:
    found = read(text)
    assert (found.published, found.date_only) == (datetime(2021, 12, 17, 8, 30, tzinfo=BEIJING), False)


def test_extract_article_without_date_uses_the_address() -> None:
    found = read(page_2018(time=""))
    assert (found.published, found.date_only) == (datetime(2021, 12, 17, tzinfo=BEIJING), True)


@pytest.mark.parametrize("time", ["2021-12-18 08:30", "2021-12-17", "2021-12-17 25:30", "2021-13-17 08:30"])
def test_extract_article_with_a_time_that_does_not_fit_uses_the_address(time: str) -> None:
    found = read(page_2018(time=time))
    assert (found.published, found.date_only) == (datetime(2021, 12, 17, tzinfo=BEIJING), True)


def test_extract_article_known_by_id_takes_its_address_from_the_canonical_link() -> None:
    found = read(page_2018(head=f"<link rel='canonical' href='{URL}'>", time=""), STAND_IN)
    assert (found.url, found.published) == (URL, datetime(2021, 12, 17, tzinfo=BEIJING))


def test_extract_article_known_by_id_ignores_the_link_of_another() -> None:
    found = read(page_2018(head=f"<link rel='canonical' href='{OTHER}'>", time=""), STAND_IN)
    assert (found.url, found.published, found.date_only) == (STAND_IN, None, True)


def test_extract_article_known_by_id_takes_its_address_from_the_time_of_the_page() -> None:
    assert read(page_2018(), STAND_IN).url == URL


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("河边的钟声 - 看文化 - 看中国网", "p7"),
        ("河边的钟声 - 文学世界 - 看中国网", "p7"),
        ("河边 - 钟声 - 看世界 - 看中国", "p9"),
        ("河边的钟声 - 河边 - 看中国网", "p2"),
        ("河边的钟声", "p2"),
    ],
)
def test_category_by_title_else_as_given(title: str, key: str) -> None:
    text = page_2018(head=f"<title>{title}</title>")
    assert extract_article(text, url=URL, site=SITE, category="p2").category == key


def test_extract_article_without_category() -> None:
    assert read(page_2018()).category is None


@pytest.mark.parametrize(
    "text",
    [
        "<html><body><p>找不到页面</p></body></html>",
        "<h1>题</h1><div class='article_righter'>一</div>",
        "<div class='article_right'>一</div>",
        "",
    ],
)
def test_extract_article_of_something_else(text: str) -> None:
    with pytest.raises(LayoutError):
        read(text)


def test_extract_article_with_a_foreign_address() -> None:
    with pytest.raises(LayoutError, match="not the address of an article"):
        read(page_2018(), "https://example.org/x.html")
