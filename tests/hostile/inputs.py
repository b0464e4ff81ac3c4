"""Hostile articles, feeds and lists: what may come in the source's place. Rows E04 to E19, F01 to F09.

Each is made when it is asked for; some have megabytes.
"""

from collections.abc import Callable
from dataclasses import dataclass

PATH = "/news/gb/2026/11/20/1105991.html"
URL = f"https://www.secretchina.com{PATH}"
TEXT = "<p>老人每天早晨到河边听钟声，钟声传得很远，对岸的人也听得见。</p>"


def page(body: str = TEXT, *, title: str = "河边的钟声", head: str = "", author: str = "王小明", tail: str = "") -> str:
    """An article's page in the layout of 2018 with *body*; all parts are markup."""
    return (
        f"<!DOCTYPE html><html><head><meta charset=utf-8><title>{title} - 看大陆 - 看中国网</title>{head}</head><body>"
        f"<div class=col-left><div><center><h1>{title}</h1></center><div class=fontsize><div><h2>2026-11-20 08:30</h2>"
        f"</div>作者：{author}\n</div><div class=article><div class=article_right>{body}</div></div></div></div>{tail}"
        "<div id=footer>看中国</div></body></html>"
    )


@dataclass(frozen=True)
class Input:
    """One hostile page; *taken*: whether an article is published of it, None where both are right."""

    row: str
    make: Callable[[], str]
    taken: bool | None
    slow: bool = False


def nested(tag: str, depth: int) -> str:
    """Real text inside and behind *depth* elements."""
    return f"{TEXT}{f'<{tag}>' * depth}<p>最深处的文字</p>{f'</{tag}>' * depth}<p>最后的文字</p>"


def tags(number: int, name: str = "标签{}") -> str:
    """Links to so many tags."""
    return TEXT + "<p>" + "".join(f"<a href=/news/gb/tag/{name.format(n)}>{n}</a> " for n in range(number)) + "</p>"


ARTICLES: dict[str, Input] = {
    # E04: nodes
    "4 MB of <p>x": Input("E04", lambda: page("<p>x" * 1_000_000), False, slow=True),
    "500,000 <br>": Input("E04", lambda: page("x<br>" * 300_000), False),
    "59,000 nodes, all allowed": Input("E04", lambda: page(TEXT + "<b>中</b>国" * 29_000), None, slow=True),
    "300,000 tables": Input("E04", lambda: page("<table><td>x" * 150_000), False),
    "ragged table of 98 million cells": Input(
        "E04", lambda: page(f"{TEXT}<table>{'<tr><td>x' * 7000}<tr>{'<td>y' * 14_000}</table>"), False, slow=True
    ),
    # E05: depth
    **{
        f"{depth:,} nested <{tag}>": Input("E05", lambda tag=tag, depth=depth: page(nested(tag, depth)), depth < 85)  # type: ignore[misc]
        for tag, depth in [("div", 80), ("div", 250), ("div", 300), ("div", 2_000), ("div", 2_100), ("div", 29_000),
                           ("blockquote", 80), ("blockquote", 2_000), ("span", 3_000)]
    },
    "1,000,000 nested <div>": Input("E05", lambda: page("<div>" * 1_000_000 + TEXT), False),
    "lists within lists": Input("E05", lambda: page(TEXT + "<ul><li>" * 40 + "深" + "</li></ul>" * 40), None),
    # E06: fields
    "one text of 1.9 MB": Input("E06", lambda: page(f"<p>{'河' * 630_000}</p>"), False),
    "250,000 attributes": Input("E06", lambda: page(f"{TEXT}<a {' '.join(f'a{n}=1' for n in range(190_000))}>x</a>"), False),
    "one attribute of 1.9 MB": Input("E06", lambda: page(f'{TEXT}<a title="{"x" * 1_900_000}">x</a>'), True),
    "an alt of 1.8 MB": Input("E06", lambda: page(f'{TEXT}<img src="//img3.secretchina.com/a.jpg" alt="{"x" * 1_800_000}">'), False),
    "a title of 0.9 MB": Input("E06", lambda: page(title="题" * 300_000), False, slow=True),
    "an author of 1.8 MB": Input("E06", lambda: page(author="王" * 600_000), False),
    "20,000 links": Input("E06", lambda: page(TEXT + "".join(f"<a href=https://e.org/{n}>x</a>" for n in range(20_000))), False, slow=True),
    # E08, E09: characters
    "controls everywhere": Input(
        "E08", lambda: page("<p>\x00一\x01\x07\x1b[31m二\x0b\x0c\x7f三\x85\x9b四&#27;&#155;五&#xD800;&#xFFFE;六，后面还有一些文字</p>",
                            title="标\x1b]0;x\x07题\x00&#27;[2J", author="王\x1b小\x9b明"), True,
    ),
    "overrides and hidden marks": Input(
        "E09", lambda: page("<p>\u202e反过来\u202c，\u2066隔\u2069离，零\u200b宽\u2060字\ufeff，软\u00ad连，标\U000e0041签，后面还有文字</p>",
                            title="\u202egnp.钟声\u200b\u200d\ufeff\U000e0041"), True,
    ),
    "towers of marks": Input("E09", lambda: page(f"{TEXT}<p>e{chr(0x301) * 5000}结尾</p>", title=f"e{chr(0x301) * 200}"), True),
    # E11
    "entities in a page": Input("E11", lambda: page(TEXT + "&lol9;" * 50_000).replace(
        "<!DOCTYPE html>", '<!DOCTYPE html [<!ENTITY lol9 "&lol8;&lol8;"><!ENTITY x SYSTEM "file:///etc/passwd">]>'), None),
    # E12
    "credit lines that go on": Input("E12", lambda: page(TEXT + f"<p>来源:{'x' * 100_000}</p><p>{'来源：' * 30_000}</p>"), None),
    "bylines that go on": Input("E12", lambda: page(f"<p>（看中国记者{'中、' * 60_000}</p>"), None),
    "number signs": Input("E12", lambda: page(f"{TEXT}<h2>{'#' * 190_000}x</h2>"), None),
    "titles that begin like the source's": Input("E12", lambda: page(title=f"题 -{chr(0x3000) * 300_000}x"), False),
    "titles that go on like the source's": Input("E12", lambda: page(title="题 - 看" * 100_000), False),
    "comments and codes without end": Input("E12", lambda: page(TEXT + f"<p>{'&lt;!--~{{!' * 80_000}</p>"), None),
    "white space": Input("E12", lambda: page(f"<p>中{chr(10) * 900_000}文{' ' * 900_000}字，还有一些别的文字</p>"), True),
    # E13 to E18: names
    "tags that lead out of the tree": Input("E13", lambda: page(TEXT + "<p>" + "".join(
        f'<a href="/news/gb/tag/{name}">x</a> ' for name in (
            "..", "..%2F..%2Fetc%2Fpasswd", "%2e%2e", "..%5C..%5Cx", "%2Fetc%2Fpasswd", "C:", "C%3A%5Cx", "a%00b", ".git", ".GIT",
            "git~1", ".g%E2%80%8Cit", ".gitattributes", ".github", "hooks", "HEAD", "CON", "nul", "aux.md", "COM1", "a.", "a%20",
            "a%3Ab", "a*b", "a%3Fb", "a%7Cb", "~", "-rf", "．．", "index", "README", "Abc", "abc", "ABC", "%0Aa")) + "</p>"), True),
    "60,000 tags": Input("E18", lambda: page(tags(19_000)), True, slow=True),
    "tags of all lengths": Input("E16", lambda: page(TEXT + "<p>" + "".join(
        f'<a href="/news/gb/tag/{"河" * length}">x</a>' for length in (40, 41, 84, 85, 86, 300, 500, 501, 10_000)) + "</p>"), True),
    "an element that swallows": Input("F02", lambda: page(f"{TEXT}<embed src=x><param name=x><p>中间的字</p><embed>{TEXT}"), True),
    "styles that hide": Input("F02", lambda: page(TEXT + "".join(f'<p style="{style}">藏起来的字</p>' for style in (
        "display:none", "font-size:0", "opacity:0", "left:-9999px", "text-indent:-9999px", "color:transparent"))), True),
    # F01 to F09: what readers open
    "links that run": Input("F01", lambda: page(TEXT + "<p>" + "".join(f'<a href="{href}">按这里</a> ' for href in (
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java&#9;script:alert(1)", "&#106;avascript:alert(1)", " javascript:alert(1)",
        "vbscript:x", "data:text/html;base64,PHNjcmlwdD4=", "javascript&colon;alert(1)", "//javascript:alert(1)",
        "https://a.example/)[x](javascript:alert(1)", "https://a.example/ &quot;onmouseover=&quot;x", "file:///etc/passwd")) + "</p>"
        "<p>&lt;javascript:alert(1)&gt; [x](javascript:alert(1)) &lt;a href=\"javascript:x\"&gt;</p>"), True),
    "markup as text": Input("F02", lambda: page("".join(f"<p>{text}后面的字</p>" for text in (
        "&lt;script&gt;alert(1)&lt;/script&gt;", "&lt;iframe src=//evil.example&gt;", "&lt;!--", "&lt;![CDATA[", "&lt;?php",
        "&lt;details&gt;&lt;summary&gt;", "&lt;/div&gt;&lt;/td&gt;", "&lt;style&gt;*{display:none}", "&amp;lt;script&amp;gt;", "&lt;img src=x onerror=y&gt;",
        "&lt;meta http-equiv=refresh content=0&gt;", "&lt;base href=//evil.example&gt;", "&lt;textarea&gt;", "&lt;plaintext&gt;", "]]&gt;", "--&gt;"))),
        True),
    "pictures that track": Input("F03", lambda: page(
        TEXT + '<p><img src="https://evil.example/t.gif" width=1><img src="//img3.secretchina.com.evil.example/x.jpg">'
        '<img src="//user@img3.secretchina.com/x.jpg"><img src="http://127.0.0.1/x.jpg"><img srcset="https://evil.example/2x.png 2x">'
        "<picture><source srcset=https://evil.example/s.webp></picture><video poster=https://evil.example/p.jpg src=x></video>"
        '<span style="background:url(https://evil.example/b.png)">背景</span></p><p>![x](https://evil.example/m.png) ![y][1]</p>'
        "<p>[1]: https://evil.example/r.png</p><style>@import url(https://evil.example/c.css)</style>"), True),
    "structure as text": Input("F04", lambda: page("".join(f"<p>{text}</p>" for text in (
        "# 标题", "===", "---", "***", "> 引用", "- 项", "1. 项", "    缩进", "```代码", "~~~", "| a | b |", "[a]: https://evil.example", "[^1]: 注",
        ": 定义", "* * *", "+ 加", "10) 十", "\u3000\u3000全角缩进", "`代码`", "**粗**", "_斜_", "~~删~~", "a\\", "&lt;br&gt;", "$$x$$", ":smile:"))), True),
    "mentions and references": Input("F05", lambda: page(
        "<p>@torvalds @github/security #1 GH-1 a/b#1 !1 ~bug %v1 &amp;1 torvalds@example.org 1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d "
        "www.evil.example https://evil.example/x user@host:repo [skip ci] /close \\@x</p>", title="@all #1 标题里的点名"), True),
    "templates": Input("F06", lambda: page(
        "<p>{{7*7}} {% include 'x' %} {{config}} ${7*7} #{7*7} &lt;%= 7*7 %&gt; {{&lt; x &gt;}} %(user)s {0.__class__} $HOME `id` $(id)</p>"
        "<p>---</p><p>layout: evil</p><p>---</p>", title="{{7*7}} {% raw %} %s {0}", author="{{7*7}}"), True),
    "tracking links": Input("F07", lambda: page(TEXT + "<p>" + "".join(f'<a href="{href}">链接</a> ' for href in (
        "https://e.org/?utm_source=x&amp;utm_medium=y", "https://e.org/?fbclid=1&amp;id=2", "https://t.evil.example/go?url=https://e.org/a",
        "https://www.google.com/url?q=https://e.org/b&amp;sa=D", "https://twitter.com/a/status/1?ref_src=twsrc")) + "</p>"), True),
    "titles that break lists": Input("F09", lambda: page(
        title="a](javascript:x) | b\n- [假的一条](pages/2020/01/01/1.md)\n# c `d` &lt;b&gt; **e** \\", author="x](y)|\n- z"), True),
}  # fmt: skip

FEEDS: dict[str, str] = {
    "billion laughs": '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]><rss><channel><item><link>&i;</link></item></channel></rss>",
    "quadratic blow-up": f'<!DOCTYPE x [<!ENTITY a "{"x" * 50_000}">]><rss><channel><title>{"&a;" * 40_000}</title></channel></rss>',
    "external entity": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss><channel><item><title>&a;</title><link>&a;</link>'
    "</item></channel></rss>",
    "parameter entity": '<!DOCTYPE x [<!ENTITY % a SYSTEM "http://127.0.0.1:1/x.dtd"> %a;]><rss><channel/></rss>',
    "XInclude": '<rss xmlns:xi="http://www.w3.org/2001/XInclude"><channel><item><link><xi:include href="file:///etc/passwd" parse="text"/>'
    "</link></item></channel></rss>",
    "late document type": f'<!--{" " * 100_000}--><!DOCTYPE x [<!ENTITY a "b">]><rss><channel><item><link>&a;</link></item></channel></rss>',
    "depth": f"<rss><channel>{'<x>' * 100_000}</channel></rss>",
    "a million items": f"<rss><channel>{'<item><link>x</link></item>' * 70_000}</channel></rss>",
    "another encoding": '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x [<!ENTITY a "b">]><rss><channel/></rss>',
}
"""Feeds that name no article, or none that may be believed. Row E11."""

IDENTIFIERS = [
    "0", "-1", "00012", "1e9", "1" * 40, "١٢٣", "１２３", "0x1f", "1_000", "+5", "1%20", "²", "1.5", "", "9999999999",
]  # fmt: skip
"""What stands in the place of an id, and is none. Row E19."""
