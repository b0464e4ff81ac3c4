from datetime import UTC, datetime
from typing import Any

import pytest

from newsmirror.items import Article, Heading, ListBlock, Paragraph, Picture, Quote, Span, StoredPicture
from newsmirror.render import Blocks, PageStyle, followed_tags, render_page, words
from newsmirror.script import Script
from newsmirror.spiders.secretchina import SITE
from tests.samples import article, paragraph

PATH = "pages/2021/12/17/990001.md"
ADDRESS = "https://example.org/m/pages/2021/12/17/990001.md"
PICTURE = Picture("https://img3.secretchina.com/a.jpg", "钟", (Span("河边（图）"),))
GOLDEN = """\
# 河边的钟声\\[图\\]

[首页](../../../../README.md) | [看大陆](../../../../indexes/p1.md) | [更多镜像与说明](../../../../LINKS.md)

2021-12-17 08:30 · 看大陆 · 来源：河边电台 · 作者：王小明、李大力 · 责任编辑：张三

![钟](https://img3.secretchina.com/a.jpg)

河边（图）

老人每天早晨到**河边**听钟声。

## 雾

雾里有钟声。

标签：[河边](../../../../tags/68/河边.md) | [钟](../../../../tags/u9/9400.md#钟)

---

手机上长按并复制下列链接或二维码分享本文章：

<https://example.org/m/pages/2021/12/17/990001.md>

[![本页二维码](990001.md.png)](https://example.org/m/pages/2021/12/17/990001.md)

前后文章：[看大陆](../../../../indexes/p1/2021-12.md#2021-12-17)

原文地址（需翻墙访问）：<https://www.secretchina.com/news/gb/2021/12/17/990001.html>

版权所有。
"""


def page(found: Article, **style: Any) -> str:
    return render_page(found, path=PATH, address=ADDRESS, site=SITE, style=PageStyle(**style))


def test_render_page() -> None:
    found = article(
        title="河边的钟声[图]",
        blocks=(
            PICTURE,
            Paragraph((Span("老人每天早晨到"), Span("河边", strong=True), Span("听钟声。"))),
            Heading((Span("雾"),), 1),
            paragraph("雾里有钟声。"),
        ),
        source="河边电台",
        authors=("王小明", "李大力"),
        editor="张三",
        tags=("河边", "钟"),
        rights="版权所有。",
    )
    assert page(found, tags=("河边",)) == GOLDEN


def test_render_page_ends_with_one_line_end_and_has_no_double_blank_lines() -> None:
    text = page(article())
    assert text.endswith("看中国\n")
    assert "\n\n\n" not in text


def test_render_page_with_only_the_day_known() -> None:
    assert "\n2021-12-17 · 看大陆\n" in page(article(date_only=True))


def test_render_page_without_category_names_the_list_of_the_rest() -> None:
    text = page(article(category=None))
    assert "[未分类](../../../../indexes/other.md)" in text
    assert "\n2021-12-17 08:30\n" in text


def test_header_stands_above_the_facts() -> None:
    assert "LINKS.md)\n\n**欢迎**\n\n2021-12-17" in page(article(), blocks=Blocks(header="**欢迎**"))


def test_footer_stands_last() -> None:
    assert page(article(), blocks=Blocks(footer="再见")).endswith("看中国\n\n再见\n")


def test_middle_stands_after_the_third_paragraph() -> None:
    found = article(blocks=(paragraph("甲"), PICTURE, paragraph("乙"), paragraph("丙"), paragraph("丁")))
    assert "丙\n\n插话\n\n丁" in page(found, blocks=Blocks(middle="插话"))


def test_middle_stands_at_the_end_of_a_short_article() -> None:
    assert "听钟声。\n\n插话\n\n---" in page(article(), blocks=Blocks(middle="插话"))


def test_counter_with_the_path_of_the_page() -> None:
    text = page(article(), counter_url="https://count.example/?p={path}")
    assert text.endswith("\n\n![](https://count.example/?p=pages/2021/12/17/990001.md)\n")


def test_no_counter() -> None:
    assert "![](" not in page(article())


def test_pictures_none_leaves_a_link_and_the_caption() -> None:
    text = page(article(blocks=(PICTURE,)), images="none")
    assert "[钟](https://img3.secretchina.com/a.jpg)\\\n河边（图）\n" in text
    assert "![钟]" not in text


def test_pictures_none_reaches_pictures_in_a_quote() -> None:
    assert "![钟]" not in page(article(blocks=(Quote((PICTURE,)),)), images="none")


def test_mirrored_picture_is_referred_to_relatively_and_others_by_a_link() -> None:
    other = Picture("https://img3.secretchina.com/b.jpg", "", (Span("没有图"),))
    item = ListBlock(((PICTURE,),))
    stored = (StoredPicture(PICTURE.src, "images/1f/1f0c.webp"),)
    text = render_page(
        article(blocks=(PICTURE, other, Quote((item,)))), path=PATH, address=ADDRESS, site=SITE,
        style=PageStyle(images="mirror"), pictures=stored,
    )  # fmt: skip
    assert "\n\n![钟](../../../../images/1f/1f0c.webp)\n\n河边（图）\n\n" in text
    assert "\n\n[图片](https://img3.secretchina.com/b.jpg)\\\n没有图\n\n" in text
    assert "\n> - ![钟](../../../../images/1f/1f0c.webp)\n" in text


def test_author_name_is_escaped() -> None:
    assert "作者：王\\*明" in page(article(authors=("王*明",)))


def test_title_that_is_an_address_is_no_link() -> None:
    assert page(article(title="见 https://example.org/")).startswith("# 见 https\\://example.org/\n")


def test_tag_with_a_bracket() -> None:
    assert "[a\\]b](../../../../tags/" in page(article(tags=("a]b",)))


@pytest.mark.parametrize(
    ("tag", "link"),
    [
        ("2020美国大选", "tags/u0/0000.md)"),  # GitHub and GitLab name a heading of digits in different ways
        ("《红楼梦》", "tags/u3/3000.md)"),
        ("COVID-19", "tags/u0/0000.md#c)"),
        ("😀", "tags/u1f/1f600.md)"),
    ],
)
def test_tag_links_to_the_index_of_its_first_character(tag: str, link: str) -> None:
    assert f"](../../../../{link}" in page(article(tags=(tag,)))


def test_followed_tags_are_those_of_the_site_unless_some_are_set() -> None:
    assert followed_tags(SITE, PageStyle()) == SITE.tags
    assert followed_tags(SITE, PageStyle(tags=())) == ()


def test_neighbours_are_those_of_the_day_in_the_zone_of_the_source() -> None:
    text = page(article(published=datetime(2021, 12, 31, 16, 0, tzinfo=UTC), category=None))
    assert "前后文章：[未分类](../../../../indexes/other/2022-01.md#2022-01-01)\n" in text


def test_words() -> None:
    assert words() == {
        "video": "视频：请在原网页观看", "audio": "音频：请在原网页收听", "post": "查看原帖",
        "members": "以下为会员内容，全文见原文", "picture": "图片", "other": "未分类",
        "most_read": "原网站的每日排行", "leads": "原网站首页的头条", "counted": "本镜像的读者看得最多的",
    }  # fmt: skip


def test_page_in_traditional_script() -> None:
    found = article(
        title="河边的钟声(图)",
        blocks=(PICTURE, Paragraph((Span("老人听"), Span("广播", strong=True), Span("。")))),
        source="河边电台",
        tags=("广播",),
    )

    text = page(found, script=Script.TRADITIONAL, blocks=Blocks(header="操作者的话"))

    assert text.startswith(
        "# 河邊的鐘聲(圖)\n\n"
        "[首頁](../../../../README.md) | [看大陸](../../../../indexes/p1.md) "
        "| [更多鏡像與說明](../../../../LINKS.md)\n\n"
        "操作者的话\n\n"
        "2021-12-17 08:30 · 看大陸 · 來源：河邊電臺\n\n"
        "![鍾](https://img3.secretchina.com/a.jpg)\n\n河邊（圖）\n\n老人聽**廣播**。\n\n"
        "標籤：[廣播](../../../../tags/u5/5e00.md#廣)\n\n"
    ), text
    assert "\n\n前後文章：[看大陸](../../../../indexes/p1/2021-12.md#2021-12-17)\n\n" in text
    assert text.endswith("\n\n看中國\n")
