import random

import pytest

from newsmirror.checks import Gate, allowed_loads, block_faults
from newsmirror.clean import clean_article
from newsmirror.items import OutputFile
from newsmirror.render import PageStyle, render_page
from newsmirror.spiders.secretchina import SITE
from tests.samples import URL, scraped

TREE = {
    "README.md": "# 首页\n\n## 最新文章\n\n## A b, c\n\n## A b, c\n\n## 1\n\n## 一 - 二\n",
    "indexes/p1.md": "# 看大陆\n",
    "pages/1.md.png": "",
    "tags/aa/a b.md": "# a b\n",
}
PICTURES = "img3.secretchina.com"


def read(path: str) -> bytes | None:
    return TREE[path].encode() if path in TREE else None


GATE = Gate(exists=TREE.__contains__, read=read, may_load=lambda host: host == PICTURES)


def faults(text: str, path: str = "pages/1.md") -> list[str]:
    return list(GATE.faults(OutputFile(path, text.encode())))


@pytest.mark.parametrize(
    "text",
    [
        "一\n\n二",
        "a<br>b <strong>c</strong><em>d</em>",
        "- a\n\n<!-- -->\n\n- b",
        "<!-- a note\nof two lines --> a",
        "\\<script> `<script>`",
        "```html\n<script>\n```",
        "<details><summary>a</summary>\n\nb\n\n</details>",
        "<https://example.org/> <mailto:a@example.org> https://example.org/a",
        "[首页](../README.md) [一](../indexes/p1.md) [二](../tags/aa/a%20b.md) [三](../README.md?plain=1)",
        "[![码](1.md.png)](https://example.org/)",
        "[一](https://example.org/a\\_\\(b\\)) [二](http://example.org/) [四](mailto:a@example.org)",
        "![一](https://img3.secretchina.com/a.jpg)",
        "<img src='1.md.png' alt='x' width='100'>",
        "\\[一\\](nowhere.md)",
        "[一]\n\n[一]: ../README.md",
        "| a |\n| :-: |\n| b |",
        "## 二\n\n### 三\n\n#### 四\n\n## 二",
        "> ## 二",
        "[一](#题) [二](../README.md#最新文章) [三](../README.md#a-b-c) [四](../README.md#a-b-c-1) [五](#)",
        "<a name='x'></a> [一](#x)",
        "1. 一\n" * 300,
    ],
)
def test_fit_page(text: str) -> None:
    assert faults(f"# 题\n\n{text}\n") == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<script>x</script>", "holds <script>, which hosts do not show"),
        ("<scr<script>ipt>", "holds <script>, which hosts do not show"),
        ("a <iframe src='https://example.org/'></iframe>", "holds <iframe>, which hosts do not show"),
        ("<font color=red>x</font>", "holds <font>, which hosts do not show"),
        (
            "<span style='display:none'>x</span>",
            "holds <span style>: hosts drop the attribute, and what it hides would show",
        ),
        ("<p class='hide'>x</p>", "holds <p class>: hosts drop the attribute, and what it hides would show"),
        ("<div hidden>\n\nx\n\n</div>", "holds <div hidden>: hosts drop the attribute, and what it hides would show"),
        ("<b onclick='x()'>x</b>", "holds <b onclick>, which hosts drop"),
        ("<table background='//example.org/a'><tr><td>x</table>", "holds <table background>, which hosts drop"),
        ("<BODY background='//example.org/a'>", "holds <body>, which hosts do not show"),
        (
            "<img src='1.md.png' style='display:none'>",
            "holds <img style>: hosts drop the attribute, and what it hides would show",
        ),
        ("<!-- x", "holds <!--, behind which hosts show nothing or something else"),
        ("<?php x ?>", "holds <?php, behind which hosts show nothing or something else"),
        ("<!DOCTYPE html>", "holds <!DOCTYPE, behind which hosts show nothing or something else"),
        ("<![CDATA[ x ]]>", "holds <![CDATA[, behind which hosts show nothing or something else"),
        ("![一](http://img3.secretchina.com/a.jpg)", "loads http://img3.secretchina.com/a.jpg without encryption"),
        ("![一](https://example.org/a.jpg)", "loads https://example.org/a.jpg from another host"),
        ("![一](//img3.secretchina.com/a.jpg)", "loads //img3.secretchina.com/a.jpg from another host"),
        ("<img src=https://example.org/a.jpg>", "loads https://example.org/a.jpg from another host"),
        ("<IMG SRC='1.md.png' srcset='//example.org/b.png 2x'>", "loads //example.org/b.png from another host"),
        ("![一][b]\n\n[b]: https://example.org/b.jpg", "loads https://example.org/b.jpg from another host"),
        ("![](data:image/png;base64,AA)", "loads data:image/png;base64,AA, which hosts do not show"),
        ("![]()", "loads , which hosts do not show"),
        ("![](2.png)", "loads pages/2.png, which is not in the tree"),
        ("![](/1.md.png)", "loads /1.md.png, which is not in the tree"),
        ("[一](javascript:x)", "links to javascript:x, which hosts do not allow"),
        ("<a href='java&#9;script:x'>一</a>", "links to java\ufffdscript:x, which hosts do not allow"),
        ("<javascript:x>", "links to javascript:x, which hosts do not allow"),
        ("[一](&#x6A;avascript:x)", "links to javascript:x, which hosts do not allow"),
        ("<a href='&#1;javascript:x'>一</a>", "links to \ufffdjavascript:x, which hosts do not allow"),
        ("[一](JaVaScRiPt:x)", "links to JaVaScRiPt:x, which hosts do not allow"),
        ("[一](data:text/html,x)", "links to data:text/html,x, which hosts do not allow"),
        ("[一](weixin://x)", "links to weixin://x, which hosts do not allow"),
        ("[一](https:)", "links to https:, which hosts do not allow"),
        ("[一](//example.org/)", "links to //example.org/, which is neither relative nor begins with https://"),
        ("[一](/README.md)", "links to /README.md, which is neither relative nor begins with https://"),
        ("[一](2.md)", "links to pages/2.md, which is not in the tree"),
        ("[一](../../etc/passwd)", "links to ../etc/passwd, which is not in the tree"),
        ("[![码](2.md.png)](https://example.org/)", "loads pages/2.md.png, which is not in the tree"),
        ("[一][b]\n\n[b]: <2.md>", "links to pages/2.md, which is not in the tree"),
        ("[一](#x)", "links to pages/1.md#x, which is no heading there on GitHub and GitLab alike"),
        ("[一](../README.md#x)", "links to README.md#x, which is no heading there on GitHub and GitLab alike"),
        # GitHub: 1 and 一---二, GitLab: anchor-1 and 一-二
        ("[一](../README.md#1)", "links to README.md#1, which is no heading there on GitHub and GitLab alike"),
        (
            "[一](../README.md#一---二)",
            "links to README.md#一---二, which is no heading there on GitHub and GitLab alike",
        ),
        ("# 又", "has 2 headings of the first level"),
        ("> # 又", "has 2 headings of the first level"),
        ("<h1>又</h1>", "has 2 headings of the first level"),
        ("又\n===", "has 2 headings of the first level"),
        ("### 三", "goes from a heading of level 1 to one of level 3"),
        ("## 二\n\n> #### 四", "goes from a heading of level 2 to one of level 4"),
        ("\x1b[31m", "holds a control character"),
        ("a\r\nb", "holds a control character"),
    ],
)
def test_page_that_is_not_fit(text: str, reason: str) -> None:
    assert faults(f"# 题\n\n{text}\n") == [reason]


@pytest.mark.parametrize("text", ["", "一\n", "## 二\n", "一\n\n# 题\n", "<!-- -->\n\n一\n"])
def test_file_that_does_not_begin_with_its_heading(text: str) -> None:
    assert faults(text) == ["does not begin with a heading of the first level"]


def test_all_faults_are_found_once() -> None:
    assert faults("# 题\n\n[一](2.md) [二](2.md) ![三](3.png) <u>x</u> <x-y>z</x-y>") == [
        "holds <x-y>, which hosts do not show",
        "loads pages/3.png, which is not in the tree",
        "links to pages/2.md, which is not in the tree",
    ]


@pytest.mark.parametrize("path", ["indexes/p1.md", "tags/aa/x.md", "README.md"])
def test_list_of_too_many_entries(path: str) -> None:
    assert faults("# 题\n\n" + "- 一\n" * 200, path) == []
    assert faults("# 题\n\n" + "- 一\n" * 201, path) == ["has a list of over 200 entries"]


def test_file_that_is_not_utf8() -> None:
    assert GATE.fault(OutputFile("pages/1.md", b"\xff")) == "is not UTF-8"


def test_file_of_512_kib() -> None:
    text = "# 题\n\n"
    assert faults(text + "x" * (524_288 - len(text.encode()))) == []
    assert faults(text + "x" * (524_289 - len(text.encode()))) == ["has over 524288 bytes"]
    assert GATE.fault(OutputFile("images/a.webp", b"x" * 524_289)) == "has over 524288 bytes"


def test_picture_that_this_program_did_not_make() -> None:
    assert GATE.fault(OutputFile("images/aa/a.webp", b"x")) == "is not named by its content"


def test_other_files_are_not_read() -> None:
    assert GATE.fault(OutputFile("pages/1.md.png", b"\xff<script>")) is None


def test_record_is_one_block_of_code() -> None:
    record = "~~~ newsmirror 1\n{}\n\n<script> [x](javascript:x)\n~~~\n"
    assert faults(record, "data/2021/12/17/1.md") == []
    assert faults(f"{record}x\n", "data/2021/12/17/1.md") == ["is more than one block of code"]


def test_file_at_the_top() -> None:
    assert faults("# 题\n\n[一](indexes/p1.md)", "README.md") == []


def test_anchors_that_cannot_be_told_yet_are_not_judged() -> None:
    gate = Gate(exists=TREE.__contains__)
    assert gate.fault(OutputFile("pages/1.md", "# 题\n\n[一](../README.md#x)".encode())) is None


@pytest.mark.parametrize(
    "block",
    [
        "",
        "[一](../README.md)",
        "## 二\n\n- 一\n- 二",
        "```\ncode\n```",
        "<details>\n<summary>一</summary>\n\n二\n\n</details>",
        "<!-- a note -->",
        "[一]: https://example.org/",
        "===",
    ],
)
def test_block_that_is_fit(block: str) -> None:
    assert list(block_faults(block, "pages/1.md", GATE)) == []


@pytest.mark.parametrize(
    ("block", "reason"),
    [
        ("```\ncode", "does not close a comment, code or tag that it opens"),
        ("~~~", "does not close a comment, code or tag that it opens"),
        ("<div>", "does not close a comment, code or tag that it opens"),
        ("<details><summary>一</summary>", "does not close a comment, code or tag that it opens"),
        ("# 题", "has 2 headings of the first level"),
        ("### 三", "goes from a heading of level 1 to one of level 3"),
        ("![](https://example.org/count.gif)", "loads https://example.org/count.gif from another host"),
        ("[一](nowhere.md)", "links to pages/nowhere.md, which is not in the tree"),
        ("<p style='color:#fff'>x</p>", "holds <p style>: hosts drop the attribute, and what it hides would show"),
    ],
)
def test_block_that_is_not_fit(block: str, reason: str) -> None:
    assert list(block_faults(block, "pages/1.md", GATE)) == [reason]


def test_block_that_swallows_the_page() -> None:
    assert list(block_faults("<!-- 说明", "pages/1.md", GATE)) == [
        "does not close a comment, code or tag that it opens",
        "holds <!--, behind which hosts show nothing or something else",
    ]


@pytest.mark.parametrize(
    ("style", "host", "may"),
    [
        (PageStyle(), PICTURES, True),
        (PageStyle(), "example.org", False),
        (PageStyle(), None, False),
        (PageStyle(images="none"), PICTURES, False),
        (PageStyle(images="none", counter_url="https://count.example/{path}"), "count.example", True),
        (PageStyle(images="none", counter_url="https://count.example/{path}"), PICTURES, False),
    ],
)
def test_loads_that_the_operator_asked_for(style: PageStyle, host: str | None, may: bool) -> None:
    assert bool(allowed_loads(style, SITE)(host)) is may


# What a source could put into a page; none of it may cost the article.
WORDS = [
    "钟声", "a*b", "&lt;script&gt;", "#1", "![x](http://a.example/b)", "[y](javascript:1)", "www.a.example", "`", "~~~",
    "```", "---", "===", "1. ", "- ", "> ", "|", "\\", "&amp;#60;", "{{x}}", "\u202e", "&lt;!--", "-->", "&lt;?php",
    "&lt;details&gt;", "@u", "😀", "𠀀", "\u3000", "\n",
]  # fmt: skip
TARGETS = [
    "http://a.example/x", "https://a.example/(x)", "javascript:1", "//a.example/x", "#x", "mailto:a@a.example", "x",
    "https：//x", "weixin://a", "https:", "http://[x", "https://a b/", "\\\\a\\b", "https://u:p@a.example/", "http:a",
]  # fmt: skip
PICTURE_ADDRESSES = [
    "//img3.secretchina.com/pic/a.jpg", "http://img3.secretchina.com/a (1).jpg", "https://a.example/x.png", "",
    "data:image/png;base64,AA", "a.png", "//img3.secretchina.com/<x>.jpg", "https://img3.secretchina.com/路.jpg?a=1#c",
]  # fmt: skip
TAGS = (
    "p", "div", "h1", "h2", "h3", "h4", "h6", "blockquote", "ul", "ol", "li", "table", "tr", "td", "strong", "em", "a",
    "img", "br", "hr", "pre", "code", "center", "font", "iframe", "video", "details",
)  # fmt: skip


def strange_body(dice: random.Random, depth: int = 0) -> str:
    parts = []
    for _ in range(dice.randint(1, 4)):
        tag = dice.choice(TAGS) if depth < 6 and dice.random() < 0.6 else ""
        if not tag:
            parts.append("".join(dice.choices(WORDS, k=3)))
        elif tag == "img":
            parts.append(f'<img src="{dice.choice(PICTURE_ADDRESSES)}" alt="{dice.choice(WORDS)}">')
        else:
            parts.append(f'<{tag} href="{dice.choice(TARGETS)}">{strange_body(dice, depth + 1)}</{tag}>')
    return "".join(parts)


@pytest.mark.parametrize("seed", range(20))
def test_no_strange_page_of_the_source_is_kept_out(seed: int) -> None:
    dice = random.Random(seed)
    gate = Gate(exists=lambda path: True, may_load=allowed_loads(PageStyle(), SITE))
    for _ in range(25):
        body = strange_body(dice)
        title = "".join(dice.choices(WORDS, k=3))
        article = clean_article(scraped(f"<p>钟声</p>{body}", title=title), site=SITE, members_only="full")

        page = render_page(article, path="pages/2021/12/17/1.md", address=URL, site=SITE, style=PageStyle())

        assert list(gate.faults(OutputFile("pages/2021/12/17/1.md", page.encode()))) == [], body
