from datetime import date

from newsmirror.listpages import Front, render_characters, render_front, render_links, render_list, render_tags
from newsmirror.lists import Entry, Listing, TagEntry, TagPage
from newsmirror.render import Blocks, PageStyle
from newsmirror.script import Script
from newsmirror.spiders.secretchina import SITE

PATH = "pages/2021/12/17/990001.md"
ENTRY = Entry(date(2021, 12, 17), "河*边", PATH, "看大陆")
TRADITIONAL = PageStyle(script=Script.TRADITIONAL)


def test_render_list_of_the_newest() -> None:
    listing = Listing(
        path="indexes/p1.md", title="看大陆", entries=(ENTRY,),
        months=(
            ("2022-01", "indexes/p1/2022-01.md"), ("2021-12", "indexes/p1/2021-12.md"),
            ("2021-11", "indexes/p1/2021-11.md"),
        ),
        earlier=("2021-12", "indexes/p1/2021-12.md"),
    )  # fmt: skip
    assert render_list(listing, style=PageStyle()) == (
        "# 看大陆\n\n"
        "[首页](../README.md) | [更多镜像与说明](../LINKS.md)\n\n"
        "- 2021-12-17 [河\\*边](../pages/2021/12/17/990001.md)\n\n"
        "[更早的文章：2021-12](p1/2021-12.md)\n\n"
        "按月查看：\n\n2022年：[01月](p1/2022-01.md)\n\n"
        "2021年：[12月](p1/2021-12.md) | [11月](p1/2021-11.md)\n"
    )


def test_render_list_of_a_month_with_two_parts() -> None:
    earlier = Entry(date(2021, 12, 16), "桥", "pages/2021/12/16/990000.md")
    listing = Listing(
        path="indexes/p1/2021-12.md", title="看大陆 2021-12", entries=(ENTRY, ENTRY, earlier),
        parent=("看大陆", "indexes/p1.md"), by_day=True,
        newer=("2022-01", "indexes/p1/2022-01.md"), older=("2021-10", "indexes/p1/2021-10.md"),
        parts=("indexes/p1/2021-12.md", "indexes/p1/2021-12-2.md"),
    )  # fmt: skip
    beside = "[下一月：2022-01](2022-01.md) | [上一月：2021-10](2021-10.md)\n\n"
    parts = "本月共 2 页：[1](2021-12.md) | [2](2021-12-2.md)\n\n"
    assert render_list(listing, style=PageStyle()) == (
        "# 看大陆 2021-12\n\n"
        "[首页](../../README.md) | [看大陆](../p1.md) | [更多镜像与说明](../../LINKS.md)\n\n"
        f"{beside}{parts}"
        "## 2021-12-17\n\n"
        "- [河\\*边](../../pages/2021/12/17/990001.md)\n- [河\\*边](../../pages/2021/12/17/990001.md)\n\n"
        "## 2021-12-16\n\n- [桥](../../pages/2021/12/16/990000.md)\n\n"
        f"{parts}{beside}"
    ).removesuffix("\n")


def test_list_of_a_tag_leads_to_all_tags() -> None:
    text = render_list(Listing(path="tags/68/河边.md", title="河边", entries=(ENTRY,)), style=PageStyle())
    assert "\n[首页](../../README.md) | [所有标签](../all.md) | [更多镜像与说明](../../LINKS.md)\n" in text


def test_render_tags() -> None:
    page = TagPage(
        "tags/u4/4e00.md",
        (
            TagEntry("丰收", (PATH,)),
            TagEntry("中[国", ("tags/3f/x.md",)),
            TagEntry("中山", (PATH, "pages/2021/12/16/990000.md")),
        ),
        ("tags/u4/4e00.md", "tags/u4/4e00-2.md"),
    )
    parts = "共 2 页：[1](4e00.md) | [2](4e00-2.md)\n"
    assert render_tags(page, style=PageStyle()) == (
        "# 标签：丰、中\n\n[首页](../../README.md) | [所有标签](../all.md)\n\n"
        f"{parts}\n"
        "## 丰\n\n[丰收](../../pages/2021/12/17/990001.md)\n\n"
        "## 中\n\n[中\\[国](../3f/x.md) | [中山](../../pages/2021/12/17/990001.md) "
        f"[另一篇](../../pages/2021/12/16/990000.md)\n\n{parts}"
    )


def test_title_of_many_characters_names_the_first_and_the_last() -> None:
    entries = tuple(TagEntry(name, (PATH,)) for name in ("丰收", "中山", "主权", "举报"))
    page = TagPage("tags/u4/4e00.md", entries, ("tags/u4/4e00.md",))
    assert render_tags(page, style=PageStyle()).startswith("# 标签：丰…举\n\n")


def test_render_tags_of_a_page_that_none_is_left_of() -> None:
    assert render_tags(TagPage("tags/u4/4e00.md", (), ("tags/u4/4e00.md",)), style=PageStyle()) == (
        "# 标签\n\n[首页](../../README.md) | [所有标签](../all.md)\n"
    )


def test_render_characters() -> None:
    entries = [
        TagEntry(one, (f"tags/{place}.md",)) for one, place in [("5", "u0/0020"), ("《", "u3/3000"), ("中", "u4/4e00")]
    ]
    text = render_characters(TagPage("tags/all.md", tuple(entries), ("tags/all.md",)), style=PageStyle())
    assert text == (
        "# 所有标签\n\n[首页](../README.md) | [更多镜像与说明](../LINKS.md)\n\n按第一个字查找：\n\n"
        "[5](u0/0020.md)\n\n[《](u3/3000.md)\n\n[中](u4/4e00.md#中)\n"
    )


def test_render_front() -> None:
    front = Front(
        entries=(ENTRY,), categories=(("p1", "看大陆"), ("p9", "看世界")), followed=("河边",), usual=("教育",),
        has_tags=True, has_hot=True, address="https://example.org/m/README.md",
    )  # fmt: skip
    text = render_front(front, site=SITE, style=PageStyle())
    assert text.startswith(
        "# 看中国镜像\n\n[最多人读的文章](indexes/hot.md) | [更多镜像与说明](LINKS.md)\n\n"
        "## 分类\n\n[看大陆](indexes/p1.md) | [看世界](indexes/p9.md)\n\n## 最新文章\n\n"
        "- 2021-12-17 看大陆 · [河\\*边](pages/2021/12/17/990001.md)\n\n"
        "## 关注的标签\n\n[河边](tags/68/河边.md)\n\n"
        "## 近来常用的标签\n\n[教育](tags/c8/教育.md)\n\n"
        "[按第一个字查找所有标签](tags/all.md)\n\n## 怎样打开和转发\n\n- 在微信"
    )
    assert text.endswith(
        "## 本页的二维码\n\n<https://example.org/m/README.md>\n\n"
        "[![首页二维码](README.md.png)](https://example.org/m/README.md)\n"
    )


def test_render_front_without_tags_and_address() -> None:
    text = render_front(Front((ENTRY,), (("p1", "看大陆"),)), site=SITE, style=PageStyle())
    assert "标签" not in text
    assert "本页的二维码" not in text


def test_render_links_with_an_address_and_the_links_of_the_operator() -> None:
    text = render_links(site=SITE, prefix="https://example.org/m/", style=PageStyle(Blocks(links="- 别的镜像")))
    assert "本镜像地址：<https://example.org/m/README.md>\n" in text
    assert text.endswith("\n\n- 别的镜像\n")


def test_render_links_without_address() -> None:
    assert "本镜像地址" not in render_links(site=SITE, prefix=None, style=PageStyle())


def test_lists_in_traditional_script() -> None:
    listing = Listing(
        path="indexes/p1/2021-12.md", title="看大陆 2021-12", entries=(ENTRY,), parent=("看大陆", "indexes/p1.md")
    )

    text = render_list(listing, style=TRADITIONAL)
    front = render_front(Front((ENTRY,), (("p1", "看大陆"),), ("广播",)), site=SITE, style=TRADITIONAL)

    assert text.startswith("# 看大陸 2021-12\n\n[首頁](../../README.md)")
    assert "[看大陸](../p1.md)" in text
    assert "[河\\*邊](../../pages/2021/12/17/990001.md)" in text
    assert front.startswith("# 看中國鏡像\n")
    assert "看大陸 · [河\\*邊]" in front
    assert "[廣播](tags/8e/广播.md)" in front
    assert "看中國" in render_links(site=SITE, prefix=None, style=TRADITIONAL)


def test_index_of_tags_in_traditional_script() -> None:
    entry = TagEntry("广播", (PATH,))
    page = render_tags(TagPage("tags/u5/5e00.md", (entry,), ("tags/u5/5e00.md",)), style=TRADITIONAL)
    all_tags = render_characters(
        TagPage("tags/all.md", (TagEntry("广", ("tags/u5/5e00.md",)),), ("tags/all.md",)), style=TRADITIONAL
    )
    assert "# 標籤：廣\n" in page
    assert "## 廣\n\n[廣播](../../pages/2021/12/17/990001.md)\n" in page
    assert "[廣](u5/5e00.md#廣)" in all_tags
