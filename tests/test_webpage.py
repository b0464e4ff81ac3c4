import pytest
from lxml import html

from newsmirror.script import Script
from newsmirror.webpage import render_web_page, rewrite_feed, site_path

PATH = "pages/2021/12/17/990001.md"
SIZES = {"images/1f/1f.webp": (600, 337), f"{PATH}.png": (164, 164)}


def page(
    markdown: str, path: str = PATH, *, script: Script = Script.SOURCE, feed: str | None = None
) -> html.HtmlElement:
    return html.document_fromstring(text_of(markdown, path, script=script, feed=feed))


def text_of(markdown: str, path: str = PATH, *, script: Script = Script.SOURCE, feed: str | None = None) -> str:
    return render_web_page(markdown, path, name="看中国镜像", script=script, size=SIZES.get, feed=feed).decode()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("README.md", "index.html"),
        ("LINKS.md", "links.html"),
        (PATH, "pages/2021/12/17/990001.html"),
        (f"{PATH}.png", f"{PATH}.png"),
        ("indexes/p9/2021-12.md", "indexes/p9/2021-12.html"),
        ("tags/3f/习近平.md", "tags/3f/习近平.html"),
        ("images/1f/1f.webp", "images/1f/1f.webp"),
        ("feeds/p9.xml", "feeds/p9.xml"),
        ("data/2021/12/17.jsonl", None),
        ("data/2021/12/17/990001.md", None),
        ("LICENSE", None),
        ("docs/README.md", None),
    ],
)
def test_place_of_a_file_in_the_site(path: str, expected: str | None) -> None:
    assert site_path(path) == expected


@pytest.mark.parametrize(
    ("target", "href"),
    [
        ("../../../../README.md", "../../../../index.html"),
        ("../../../../LINKS.md#b", "../../../../links.html#b"),
        ("../../../../tags/3f/习近平.md", "../../../../tags/3f/%E4%B9%A0%E8%BF%91%E5%B9%B3.html"),
        ("../../../../tags/3f/a%20%26b.md", "../../../../tags/3f/a%20%26b.html"),
        ("../../../../feeds/all.xml", "../../../../feeds/all.xml"),
        ("../18/990002.md", "../18/990002.html"),
        ("#b", "#b"),
        ("https://e.example/a.md?b=c", "https://e.example/a.md?b=c"),
        ("mailto:a@e.example", "mailto:a@e.example"),
    ],
)
def test_link(target: str, href: str) -> None:
    link = page(f"[字]({target})").xpath("//main//a")[0]

    assert link.get("href") == href
    assert link.get("rel") == ("noopener noreferrer" if ":" in target else None)


def test_links_of_the_front_page() -> None:
    tree = page(
        "# 看中国镜像\n\n[一](pages/2021/12/17/990001.md) [二](indexes/p1.md)", "README.md", feed="feeds/all.xml"
    )

    assert tree.xpath("//main//a/@href") == ["pages/2021/12/17/990001.html", "indexes/p1.html"]
    assert tree.xpath("//header/a/@href") == ["index.html", "search.html"]
    assert tree.xpath("//link[@rel='alternate']/@href") == ["feeds/all.xml"]
    assert tree.findtext("head/title") == "看中国镜像"


def test_title_style_and_language() -> None:
    tree = page("# 钟声 & <铜\\>\n\n字")

    assert tree.findtext("head/title") == "钟声 & <铜> - 看中国镜像"
    assert tree.xpath("//link[@rel='stylesheet']/@href") == ["../../../../style.css"]
    assert tree.get("lang") == "zh"
    assert not tree.xpath("//link[@rel='alternate']")


def test_words_of_the_template_in_the_other_script() -> None:
    assert ">搜尋</a>" in text_of("# 題", script=Script.TRADITIONAL)
    assert 'lang="zh-Hant"' in text_of("# 題", script=Script.TRADITIONAL)


def test_pictures_of_the_tree_have_their_size() -> None:
    markdown = "![钟](../../../../images/1f/1f.webp)\n\n[![码](990001.md.png)](https://e.example/)"

    first, second = page(markdown).xpath("//main//img")

    assert dict(first.attrib) == {
        "src": "../../../../images/1f/1f.webp", "alt": "钟", "width": "600", "height": "337", "loading": "lazy",
    }  # fmt: skip
    assert dict(second.attrib) == {"src": "990001.md.png", "alt": "码", "width": "164", "height": "164"}


def test_picture_elsewhere_is_a_link() -> None:
    tree = page("![钟](https://img3.secretchina.com/a.jpg) [![码](//e.example/b.png)](https://e.example/)")

    assert not tree.xpath("//img")
    assert [(a.get("href"), a.text_content()) for a in tree.xpath("//main//a")] == [
        ("https://img3.secretchina.com/a.jpg", "钟"), ("https://e.example/", "码"),
    ]  # fmt: skip


def test_counter_is_left_out() -> None:
    assert "count.example" not in text_of("![](https://count.example/?p=x)")


def test_headings_can_be_linked_to() -> None:
    assert page("# 一\n\n## 二 三\n\n## 二 三").xpath("//main//@id") == ["一", "二-三", "二-三-1"]


@pytest.mark.parametrize(
    "markdown",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<a href='javascript:alert(1)'>字</a>",
        "[字](javascript:alert(1))",
        "[字](data:text/html,x)",
        "![字](data:image/svg+xml,x)",
        "<iframe src='https://e.example/'></iframe>",
        "<p style='background:url(//e.example/x)' class='x' onclick='x()'>字</p>",
        "<svg><script>alert(1)</script></svg>",
        "<form action='https://e.example/'><input></form>",
        "<base href='https://e.example/'>",
        "<meta http-equiv=refresh content='0;url=https://e.example/'>",
        "<!-- <script> -->",
        "<picture><source srcset='https://e.example/x.png'></picture>",
    ],
)
def test_nothing_runs_or_loads(markdown: str) -> None:
    main = page(f"# 题\n\n{markdown}").xpath("//main")[0]

    assert not main.xpath(".//script | .//iframe | .//svg | .//form | .//base | .//meta | .//source | .//comment()")
    assert not main.xpath(".//@*[starts-with(name(), 'on')] | .//@style | .//@srcset | .//@class")
    assert not [value for value in main.xpath(".//@href | .//@src") if value.startswith(("javascript:", "data:", "//"))]


def test_markup_of_hosts_stays() -> None:
    main = page("**粗**<strong>“中俄”</strong>会<em>晤</em><br>行\n\n<details open><summary>一</summary>二</details>")

    assert [node.tag for node in main.xpath("//main//*")] == [
        "p", "strong", "strong", "em", "br", "details", "summary",
    ]  # fmt: skip


def test_feed_leads_to_the_pages_of_the_site() -> None:
    feed = (
        b'<link rel="self" href="p9.xml"/><link href="../indexes/p9.md"/><link href="../README.md"/>'
        b'<link href="../pages/2021/12/17/1.md"/><a href="https://e.example/../a.md">x</a><img src="../images/a.webp"/>'
    )

    assert rewrite_feed(feed) == (
        b'<link rel="self" href="p9.xml"/><link href="../indexes/p9.html"/><link href="../index.html"/>'
        b'<link href="../pages/2021/12/17/1.html"/><a href="https://e.example/../a.md">x</a>'
        b'<img src="../images/a.webp"/>'
    )
