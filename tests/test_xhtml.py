from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from newsmirror.items import (
    BREAK,
    Block,
    Embed,
    Heading,
    ListBlock,
    MembersOnly,
    Paragraph,
    Picture,
    Quote,
    Span,
    Table,
)  # fmt: skip
from newsmirror.xhtml import Image, render_xhtml
from tests.samples import WORDS, paragraph

PICTURE = Picture("https://img3.secretchina.com/a.jpg", '钟"<', (Span("河边"), Span("（图）", strong=True)))


def shown(*blocks: Block, images: Mapping[str, Image] | None = None) -> str:
    return render_xhtml(blocks, words=WORDS, find=(images or {}).get)


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (paragraph('一 & <二> "三"'), "<p>一 &amp; &lt;二&gt; &quot;三&quot;</p>"),
        (Paragraph((Span("一"), BREAK, Span("二"))), "<p>一<br/>二</p>"),
        (
            Paragraph((Span("粗", strong=True), Span("斜", emphasis=True), Span("都", strong=True, emphasis=True))),
            "<p><strong>粗</strong><em>斜</em><strong><em>都</em></strong></p>",
        ),
        (
            Paragraph(
                (Span("看", href="https://e.example/?a=1&b=2"), Span("这", True, href="https://e.example/?a=1&b=2"))
            ),
            '<p><a href="https://e.example/?a=1&amp;b=2">看<strong>这</strong></a></p>',
        ),
        (paragraph("见 https://e.example/a。"), '<p>见 <a href="https://e.example/a">https://e.example/a</a>。</p>'),
        (Paragraph((Span("点我", href="javascript:alert(1)"),)), "<p>点我</p>"),
        (Heading((Span("题"),), 1), "<h2>题</h2>"),
        (Heading((Span("题"),), 9), "<h6>题</h6>"),
        (
            ListBlock(((paragraph("一"),), (paragraph("二"), paragraph("三"))), True),
            "<ol><li>一</li><li><p>二</p><p>三</p></li></ol>",
        ),
        (ListBlock(((paragraph("一"),),)), "<ul><li>一</li></ul>"),
        (
            Quote((paragraph("一"), Quote((paragraph("二"),)))),
            "<blockquote><p>一</p>\n<blockquote><p>二</p></blockquote></blockquote>",
        ),
        (
            Table((((Span("年"),), (Span("数"),)), ((Span("一"),), ()))),
            "<table><tr><th>年</th><th>数</th></tr><tr><td>一</td><td></td></tr></table>",
        ),
        (Embed("https://v.example/1", "video"), '<p><a href="https://v.example/1">视频</a></p>'),
        (Embed("javascript:x", "post"), "<p>原帖</p>"),
        (MembersOnly(), "<p><em>会员内容</em></p>"),
        (
            PICTURE,
            '<p><a href="https://img3.secretchina.com/a.jpg">钟&quot;&lt;</a><br/>河边<strong>（图）</strong></p>',
        ),
        (Picture("https://img3.secretchina.com/a.jpg"), '<p><a href="https://img3.secretchina.com/a.jpg">图片</a></p>'),
    ],
)
def test_block(block: Block, expected: str) -> None:
    assert shown(block) == expected


def test_picture_with_its_size_and_caption() -> None:
    images = {PICTURE.src: Image("images/1f.webp", 600, 337)}

    assert shown(PICTURE, images=images) == (
        '<figure><img src="images/1f.webp" alt="钟&quot;&lt;" width="600" height="337"/>'
        "<figcaption>河边<strong>（图）</strong></figcaption></figure>"
    )


ELEMENTS = {
    "div", "p", "br", "strong", "em", "a", "h2", "figure", "img", "figcaption", "ul", "li", "table", "tr", "th",
}  # fmt: skip
TEXT = st.text(st.characters(exclude_categories=()), max_size=40) | st.sampled_from(
    ["</p>", "<script>alert(1)</script>", "]]>", "<!--", "&#0;", "\x00\x0b\ufffe\ud800", "https://e.example/<x>"]
)
SPANS = st.lists(
    st.builds(
        Span,
        TEXT.filter(bool),
        st.booleans(),
        st.booleans(),
        st.sampled_from([None, "https://e.example/?a&b", "javascript:alert(1)", 'https://e.example/"onclick="x']),
    ),
    max_size=4,
).map(tuple)


@given(SPANS, TEXT)
def test_any_text_gives_well_formed_elements_of_ours(spans: tuple[Span, ...], alt: str) -> None:
    images = {"https://img3.secretchina.com/b.jpg": Image("b.webp", 1, 1)}
    blocks = (
        Paragraph(spans), Heading(spans), Picture("https://img3.secretchina.com/b.jpg", alt, spans),
        Picture(alt, alt, spans), ListBlock(((Paragraph(spans),),)), Table(((spans,),)), Embed(alt),
    )  # fmt: skip

    root = etree.fromstring(f"<div>{shown(*blocks, images=images)}</div>".encode())

    names = {str(node.tag) for node in root.iter()}
    assert names <= ELEMENTS
    for node in root.iter():
        assert set(node.attrib) <= {"href"} | ({"src", "alt", "width", "height"} if node.tag == "img" else set())
        assert node.get("href", "https:").startswith(("https:", "http:", "mailto:"))
