"""Bodies of articles as hypothesis makes them: Chinese text mixed with everything that is markup to somebody."""

import html
from collections.abc import Callable
from string import punctuation

from hypothesis import strategies as st

WORDS = [
    "中国",
    "会晤",
    "“俄”",
    "（图）",
    "《书》",
    "。",
    "，",
    "！",
    "：",
    "……",
    "％",
    "　",
    "a",
    "B1",
    "12:30",
    "5%",
    "50%的",
]
CHARACTERS = [*punctuation, " ", "\n", "\xa0", "\u200b", "\ufeff", "\u00ad", "\u202e", "\u2066", "\u200d", "e\u0301"]
CHARACTERS += ["𠀀", "𪚥", "😀", "👨\u200d👩", "⚠️", "\uf900", "か", "한", "نص", "Ж", "№", "＄", "＠", "＃", "｜", "～"]
REFERENCES = ["#1", "@name", "a@example.org", "a/b#1", "!123", "&1", "$1", "~label", "%1", '%"m"', "^alert#1", "GH-1"]
REFERENCES += ["[issue:1]", '*iteration:"1"', "0123456789abcdef0123456789abcdef01234567", ":tada:", ":+1:", "%{a}"]
ADDRESSES = ["https://example.org/a_b?c=1&d=2", "http://例子/", "www.example.org", "ftp://example.org", "example.com"]
ADDRESSES += [
    "https://example.org/*a*",
    "https://example.org/:tada:",
    "mailto:a@example.org",
    "https://example.org/$a$b",
]
TEMPLATES = [
    "{{ 7*7 }}",
    "{% raw %}",
    "{{< x >}}",
    "{# x #}",
    "::include{file=x}",
    "&amp;",
    "&lt;b&gt;",
    "&copy;",
    "&#35;",
]
MARKUP = [
    "$x$",
    "$$",
    "`code`",
    "**b**",
    "__i__",
    "*i*",
    "~~s~~",
    "[ ] ",
    "[x] ",
    "[!NOTE]",
    "[TOC]",
    "[[_TOC_]]",
    "[[w]]",
]
MARKUP += ["[^1]", "[^1]: ", "^[i]", "[a]: b", "{+a+}", "[-b-]", "![", "](", "<b>", "</b>", "<!-- ", "-->", "<script>"]
MARKUP += ["<?php ", "<![CDATA[", "\\", "\\\\", "<br>", "<https://example.org>", "$`a`$"]
STARTS = [
    "---",
    "===",
    "***",
    "- ",
    "+ ",
    "* ",
    "1. ",
    "1) ",
    "> ",
    ">>>",
    "# ",
    "## ",
    "```",
    "~~~",
    ": ",
    "|",
    "|---|",
]
STARTS += [":-:", "--", "+++", ";;;", "    ", "\t", "![a](b)", "<div>", "[a]:", "2020. ", "#", "1.", ":"]

PIECES = [*WORDS, *WORDS, *CHARACTERS, *CHARACTERS, *REFERENCES, *ADDRESSES, *TEMPLATES, *MARKUP, *MARKUP, *STARTS]
HREFS = [
    "https://example.org/a_(b)",
    "https://example.org/a|b",
    "https://example.org/a*b*?c=$d&e",
    "http://example.org/",
]
INLINE = ["text", "text", "strong", "em", "a", "br", "both"]
LEAVES = ["p", "p", "picture", "heading", "table"]
BRANCHES = [*LEAVES, "blockquote", "ul", "ol"]


@st.composite
def bodies(draw: st.DrawFn) -> str:
    """The body of an article, as the source would send it."""
    blocks = "\n".join(_block(draw, 0) for _ in range(draw(st.integers(1, 4))))
    return f'<div class="article_right">{blocks}</div>'


@st.composite
def words_of_all_kinds(draw: st.DrawFn) -> str:
    """A title or a name."""
    return text(draw)


def text(draw: st.DrawFn) -> str:
    """Up to eight pieces of text, as characters."""
    return "".join(draw(st.lists(st.sampled_from(PIECES), min_size=1, max_size=8)))


def _inline(draw: st.DrawFn, depth: int) -> str:
    kind = draw(st.sampled_from(INLINE)) if depth < 4 else "text"
    match kind:
        case "strong" | "em":
            return f"<{kind}>{_inline(draw, depth + 1)}</{kind}>"
        case "a":
            return f'<a href="{html.escape(draw(st.sampled_from(HREFS)))}">{_inline(draw, depth + 1)}</a>'
        case "br" | "both":
            return _inline(draw, depth + 1) + ("<br>" if kind == "br" else "") + _inline(draw, depth + 1)
    return html.escape(text(draw))


def _block(draw: st.DrawFn, depth: int) -> str:
    kind = draw(st.sampled_from(BRANCHES if depth < 2 else LEAVES))
    match kind:
        case "picture":
            image = f'<img alt="{html.escape(text(draw))}" src="//img3.secretchina.com/pic/2020/8-17/p1-ss.jpg">'
            return f'<p style="text-align:center">{image}<br>{_inline(draw, 0)}</p>'
        case "heading":
            level = draw(st.integers(1, 6))
            return f"<h{level}>{_inline(draw, 0)}</h{level}>"
        case "table":
            cells = [_some(draw, lambda: f"<td>{_inline(draw, 0)}</td>") for _ in range(draw(st.integers(1, 3)))]
            return f"<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>"
        case "blockquote":
            return f"<blockquote>{_some(draw, lambda: _block(draw, depth + 1))}</blockquote>"
        case "ul" | "ol":
            return f"<{kind}>{_some(draw, lambda: f'<li>{_block(draw, depth + 1)}</li>')}</{kind}>"
    return f"<p>{_inline(draw, 0)}</p>"


def _some(draw: st.DrawFn, make: Callable[[], str]) -> str:
    return "".join(make() for _ in range(draw(st.integers(1, 3))))
