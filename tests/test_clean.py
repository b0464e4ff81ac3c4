import re
from typing import Any

import pytest

from newsmirror.clean import clean_article
from newsmirror.exceptions import LayoutError
from newsmirror.items import (
    Article,
    Block,
    Embed,
    Heading,
    MembersOnly,
    Paragraph,
    Picture,
    Quote,
    Span,
)  # fmt: skip
from newsmirror.render import PageStyle, render_page
from newsmirror.spiders.secretchina import SITE
from tests.samples import URL, paragraph, scraped


def cleaned(body: str, *, members_only: str = "teaser", **fields: object) -> Article:
    return clean_article(scraped(body, **fields), site=SITE, members_only=members_only)


def blocks_of(body: str, *, members_only: str = "teaser", **fields: object) -> tuple[Block, ...]:
    return cleaned(body, members_only=members_only, **fields).blocks


@pytest.mark.parametrize(
    "junk",
    [
        '<span id="hideid" name="hideid" style="color:red;display:none;"> <a href="https://www.secretchina.com">密</a></span>',
        '<div id="nofeepop">密</div>',
        '<div id="gtx-trans"><div class="gtx-trans-icon">密</div></div>',
        '<div id="txt-mid1-t21-2017"><div id="SC-22">密</div></div>',
        '<div id="txt-mid2-t22-2017">密</div>',
        "<div id='SC-21xx'>密</div>",
        "<div id='SC-21'>密</div>",
        '<div><center><div id="div-gpt-ad-1589559869784-0">密</div></center></div>',
        '<div id="taboola-midarticle-thumbnails">密</div>',
        '<center><ins class="adsbygoogle">密</ins></center>',
        '<a href="/kzgd/subscribe.html"><img src="https://img3.secretchina.com/x.gif"></a>',
        '<a href="https://account.secretchina.com/x"><img src="https://img3.secretchina.com/x.gif"></a>',
        '<img src="/kzgd/join_membership_728x90.jpg">',
        '<span style="color:red">严禁建立镜像网站</span>',
    ],
)
def test_junk_element_is_removed_and_the_text_behind_it_kept(junk: str) -> None:
    assert blocks_of(f"<p>一</p>{junk}二<p>三</p>") == (paragraph("一"), paragraph("二"), paragraph("三"))


def test_all_hidden_spans_are_removed_and_captions_kept() -> None:
    hidden = '<span id="hideid" style="display:none">密</span>'
    body = f'<p><img src="//img3.secretchina.com/a.jpg"><br>图说{hidden}（图）</p><p>一{hidden}二</p>'
    assert blocks_of(body) == (
        Picture("https://img3.secretchina.com/a.jpg", caption=(Span("图说（图）"),)), paragraph("一二"),
    )  # fmt: skip


def test_ad_inside_a_tweet_leaves_the_author_line() -> None:
    body = '<blockquote><p>一</p><div id="div-gpt-ad-1"></div>— 某人 (@x)</blockquote>'
    assert "— 某人 (@x)" in repr(blocks_of(body))


def test_bare_text_under_the_body_is_kept() -> None:
    assert blocks_of("<p>一</p>(只代表作者个人)") == (paragraph("一"), paragraph("(只代表作者个人)"))


def test_appeal_after_the_dashed_rule_is_removed() -> None:
    body = (
        '<p>一</p><p style="margin-bottom:12px;"><hr style="border-top: 1px dashed  ;" width="100%" /><br />密'
        '<a href="/kzgd/subscribe.html">密</a>密<center>密</center></p>密'
    )
    assert blocks_of(body) == (paragraph("一"),)


def test_tail_block_inside_the_last_paragraph_is_removed() -> None:
    body = '<p>一<div><center><div id="div-gpt-ad-1"></div></center></div>\n<p>二</p>'
    assert blocks_of(body) == (paragraph("一"), paragraph("二"))


def test_credits_that_became_fields_are_removed() -> None:
    body = "<p>一二三四五。</p><p>来源:河边电台</p><p>责任编辑:王小明</p>"
    assert blocks_of(body, source="河边电台", editor="王小明") == (paragraph("一二三四五。"),)


def test_credit_that_is_in_no_field_is_kept() -> None:
    assert blocks_of("<p>来源：某书</p>") == (paragraph("来源：某书"),)


@pytest.mark.parametrize(
    "line",
    [
        "荣誉会员招募中：请看",
        "和我们一起守护香港、守护14亿中国人",
        "（在五彩缤纷的世界里，成为《看中国》荣誉会员，就会最先看到）",
        "《看中国》荣誉会员招募中：请看",
        "和我们一起守护香港，守护14亿中国人，获得真实资讯的权利！",
        "（点击图片，加入看中国荣誉会员）",
        "短網址: 版權所有，任何形式轉載需看中國授權許可。",
        "看完這篇文章您覺得",
        "点击图片加入看中国荣誉会员",
        "请前往看中国荣誉会员注册",
        "本文短网址: 版权所有，任何形式转载需看中国授权许可。",
        "短网址：",
        "版权所有，任何形式转载需本站授权许可。",
        "看完这篇文章您觉得",
        "【诚征荣誉会员】请看",
        "var nofee=0;",
    ],
)
def test_line_of_the_site_is_removed(line: str) -> None:
    assert blocks_of(f"<p>一</p><p>{line}</p>") == (paragraph("一"),)


def test_members_part_is_left_out_and_marked_in_teaser() -> None:
    assert blocks_of('<p>一</p><div id="nofree"><p>二</p></div><p>三</p>') == (
        paragraph("一"), MembersOnly(), paragraph("三"),
    )  # fmt: skip


def test_members_part_is_kept_in_full() -> None:
    assert blocks_of('<p>一</p><div id="nofree"><p>二</p></div>', members_only="full") == (
        paragraph("一"), paragraph("二"),
    )  # fmt: skip


def test_video_player_is_a_link_to_the_article() -> None:
    assert blocks_of('<div id="story_video"></div><p>一</p>') == (Embed(URL, "video"), paragraph("一"))


def test_hidden_mail_address_is_decoded() -> None:
    # key 0x42; "a@b.c" XOR 0x42
    body = '<p>信：<a class="__cf_email__" data-cfemail="422302206c21" href="/cdn-cgi/l/x">[email]</a></p>'
    assert blocks_of(body) == (paragraph("信：a@b.c"),)


def test_damaged_hidden_mail_address_keeps_its_text() -> None:
    assert blocks_of('<p>信：<span data-cfemail="zz">[email]</span></p>') == (paragraph("信：[email]"),)


def test_tag_link_is_text() -> None:
    assert blocks_of('<p>在<a href="/news/gb/tag/河边">河边</a>听钟</p>') == (paragraph("在河边听钟"),)


def test_image_without_address_is_no_picture() -> None:
    assert blocks_of("<p>一<img>二</p>") == (paragraph("一二"),)


def test_short_bold_paragraph_is_a_subhead() -> None:
    assert blocks_of("<p><strong>钟声</strong></p><p>一。</p>") == (Heading((Span("钟声"),), 1), paragraph("一。"))


@pytest.mark.parametrize(
    ("title", "media"),
    [
        ("河边的钟声(视频)", ["video"]),
        ("河边的钟声（图/视频）", ["video"]),
        ("河边的钟声(组图视频)（上）", ["video"]),
        ("河邊的鐘聲(視頻/圖)", ["video"]),
        ("河边的钟声(音频/图)", ["audio"]),
        ("河边的钟声(录音)", ["audio"]),
        ("河边的钟声(组图)", []),
        ("看视频学敲钟(图)", []),
        ("河边的钟声（敲钟的视频课）", []),
    ],
)
def test_player_that_the_title_announces_is_a_link_to_the_article(title: str, media: list[str]) -> None:
    found = [block for block in blocks_of("<p>一</p>", title=title) if isinstance(block, Embed)]

    assert [block.media for block in found] == media
    assert {block.url for block in found} <= {URL}


def test_player_that_stands_in_the_body_is_not_announced_again() -> None:
    body = '<p>一</p><p><iframe src="//www.youtube.com/embed/x"></iframe></p>'

    assert blocks_of(body, title="河边的钟声(视频)") == (
        paragraph("一"), Embed("https://www.youtube.com/embed/x", "video"),
    )  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [
        "（待续）",
        "（未完待续……）",
        "原标题：河边的钟声",
        "（原标题：河边的钟声）",
        "原標題：河邊的鐘聲",
        "来源: 某台",
        "(文章仅代表作者个人立场和观点)",
        "（本文为《某报》独家授权《看中国》，请勿任意转载、抄袭。原文链接）",
        "（文章授权转载自某某专页）",
        "本文整理、节录自某某《某书》一书，文章仅代表作者个人立场和观点。由某社授权转载，欲阅读完整作品，欢迎参考原书。",
        "版权所有©2006,某台。经某台许可进行再版。http://www.example.org。",
        "版权所有 © 2006, 某台。 经某台许可再版。",
        "（看中国版权所有，侵权必究）",
        "“往事微痕”供稿",
        "喜欢我的频道，欢迎点赞、订阅",
        "相关文章：河边的钟声",
        "推荐阅读：河边的钟声",
        "凡是已经成为《看中国》荣誉会员的读者，都听见了钟声。",
        "荣誉会员们在河边听钟。",
    ],
)
def test_credit_or_text_of_the_author_is_kept(line: str) -> None:
    assert blocks_of(f"<p>一</p><p>{line}</p><p>二</p>") == (paragraph("一"), paragraph(line), paragraph("二"))


def test_tweet_without_author_link_and_with_advertising_inside() -> None:
    body = (
        '<blockquote class="twitter-tweet"><p dir="ltr" lang="zh">下雪了<a href="https://t.co/a">t.co/a</a></p>'
        '<div><center><div id="div-gpt-ad-1">密</div></center></div>&mdash; 某人 (@x)</blockquote>'
    )

    assert blocks_of(body) == (
        Quote((Paragraph((Span("下雪了"), Span("t.co/a", href="https://t.co/a"))), paragraph("— 某人 (@x)"))),
    )


def test_instagram_post_keeps_its_link_and_caption() -> None:
    body = (
        '<blockquote class="instagram-media"><div style="padding:16px;"><a href="https://www.instagram.com/p/x/">'
        '<div style="height: 40px;"></div><div style="padding-top: 8px;"><div>View this post</div></div></a>'
        "<p>钟声 <a>某人</a></p></div></blockquote>"
    )

    assert blocks_of(body) == (
        Quote((
            Paragraph((Span("View this post", href="https://www.instagram.com/p/x/"),)), paragraph("钟声 某人"),
        )),
    )  # fmt: skip


def test_paragraphs_that_are_plain_divs() -> None:
    assert blocks_of("<div>一</div><div>二<b>三</b></div>") == (
        paragraph("一"), Paragraph((Span("二"), Span("三", strong=True))),
    )  # fmt: skip


def test_hidden_span_does_not_take_the_caption_along() -> None:
    hidden = '<span id="hideid" style="color:red;display:none;"> <a href="/">密</a></span>'
    image = '<img src="//img3.secretchina.com/a.jpg" />'
    body = f'<p style="text-align:center">{image}<br />\n图说（图片来源：某社）{hidden}（示意图）</p>'

    assert blocks_of(body) == (
        Picture("https://img3.secretchina.com/a.jpg", caption=(Span("图说（图片来源：某社）（示意图）"),)),
    )


def test_fields_are_folded_and_named_once() -> None:
    fields: dict[str, Any] = {
        "title": " 河边\u00a0的 ",
        "authors": ("王\u200b小明", " "),
        "tags": ("河", "河 ", ""),
        "source": " ",
    }
    found = cleaned("<p>一</p>", **fields)
    assert (found.title, found.authors, found.tags, found.source) == ("河边 的", ("王小明",), ("河",), None)


def test_article_without_date_is_refused() -> None:
    with pytest.raises(LayoutError, match="when it was published"):
        cleaned("<p>一</p>", published=None)


def test_sub_heads_inside_quotes_and_lists_leave_no_level_out() -> None:
    body = (
        "<h2>一</h2><p>钟声</p><blockquote><h5>二</h5><ul><li><h6>三</h6></li></ul></blockquote><h3>四</h3><p>钟声</p>"
    )
    page = render_page(
        cleaned(body), path="pages/2021/12/17/1.md", address="https://a.example/", site=SITE, style=PageStyle()
    )
    assert re.findall(r"^[> -]*(#+) (\S)", page, re.MULTILINE)[1:] == [
        ("##", "一"), ("###", "二"), ("####", "三"), ("###", "四"),
    ]  # fmt: skip
