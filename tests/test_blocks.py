import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmirror.blocks import MEMBERS_MARK, parse_fragment, remove, replace_with_mark
from newsmirror.items import (
    BREAK,
    Embed,
    Heading,
    ListBlock,
    MembersOnly,
    Paragraph,
    Picture,
    Quote,
    Span,
    Table,
    block_lines,
)  # fmt: skip
from tests.samples import blocks_of, paragraph

A = "https://img3.secretchina.com/a.jpg"
B = "https://img3.secretchina.com/b.jpg"
IMG_A = '<img src="//img3.secretchina.com/a.jpg">'
IMG_B = '<img src="//img3.secretchina.com/b.jpg">'


def test_paragraphs() -> None:
    assert blocks_of("<p>一</p><p>二</p>") == (paragraph("一"), paragraph("二"))


def test_empty_paragraphs_are_left_out() -> None:
    assert blocks_of("<p></p><p>&nbsp;\u3000</p><p><strong></strong></p>") == ()


def test_bare_text_between_paragraphs_is_a_paragraph() -> None:
    assert blocks_of("前<p>一</p>后") == (paragraph("前"), paragraph("一"), paragraph("后"))


def test_paragraph_inside_a_paragraph_is_a_paragraph_of_its_own() -> None:
    assert blocks_of("<p>一<div>二<p>三</p></div>四") == (
        paragraph("一"), paragraph("二"), paragraph("三"), paragraph("四"),
    )  # fmt: skip


def test_indent_of_full_width_spaces_is_cut() -> None:
    assert blocks_of("<p>\u3000\u3000一</p>") == (paragraph("一"),)


def test_single_break_stays_in_the_paragraph() -> None:
    assert blocks_of("<p>春眠<br>不觉晓</p>") == (Paragraph((Span("春眠"), BREAK, Span("不觉晓"))),)


def test_double_break_ends_the_paragraph() -> None:
    assert blocks_of("<p>一<br><br>二</p>") == (paragraph("一"), paragraph("二"))


def test_breaks_at_the_ends_of_a_paragraph_are_left_out() -> None:
    assert blocks_of("<p><br>一<br></p>") == (paragraph("一"),)


def test_verse_of_two_stanzas() -> None:
    assert blocks_of("<p>一<br>二<br><br>三<br>四</p>") == (
        Paragraph((Span("一"), BREAK, Span("二"))),
        Paragraph((Span("三"), BREAK, Span("四"))),
    )


def test_picture_with_text_after_a_break_has_a_caption() -> None:
    assert blocks_of(f"<p>{IMG_A}<br>河边（图片来源：某社）</p>") == (
        Picture(A, caption=(Span("河边（图片来源：某社）"),)),
    )


def test_picture_in_a_centred_paragraph_has_a_caption_without_a_break() -> None:
    assert blocks_of(f'<p style="text-align: center;">{IMG_A}河边</p>') == (Picture(A, caption=(Span("河边"),)),)


def test_text_right_behind_a_picture_is_a_paragraph() -> None:
    assert blocks_of(f"<p>{IMG_A}河边</p>") == (Picture(A), paragraph("河边"))


def test_text_before_a_picture_is_a_paragraph() -> None:
    assert blocks_of(f"<p>河边{IMG_A}</p>") == (paragraph("河边"), Picture(A))


def test_caption_of_300_characters() -> None:
    assert blocks_of(f"<p>{IMG_A}<br>{'河' * 300}</p>") == (Picture(A, caption=(Span("河" * 300),)),)


def test_text_over_the_caption_limit_is_a_paragraph() -> None:
    assert blocks_of(f"<p>{IMG_A}<br>{'河' * 301}</p>") == (Picture(A), paragraph("河" * 301))


def test_only_the_first_paragraph_behind_a_picture_is_its_caption() -> None:
    assert blocks_of(f"<p>{IMG_A}<br>图说<br><br>正文</p>") == (
        Picture(A, caption=(Span("图说"),)), paragraph("正文"),
    )  # fmt: skip


def test_several_pictures_in_a_paragraph_keep_their_own_captions() -> None:
    assert blocks_of(f"<p>{IMG_A}<br>甲<br>{IMG_B}<br>乙</p>") == (
        Picture(A, caption=(Span("甲"),)), Picture(B, caption=(Span("乙"),)),
    )  # fmt: skip


def test_picture_inside_strong() -> None:
    assert blocks_of(f"<p><strong>{IMG_A}<br>图说</strong></p>") == (Picture(A, caption=(Span("图说", strong=True),)),)


def test_alternative_text() -> None:
    assert blocks_of('<img alt=" 河边 " src="//img3.secretchina.com/a.jpg">') == (Picture(A, "河边"),)


def test_alternative_text_that_is_an_address_is_dropped() -> None:
    assert blocks_of('<img alt="//img3.secretchina.com/a.jpg" src="//img3.secretchina.com/a.jpg">') == (Picture(A),)


def test_lazy_image_without_source() -> None:
    assert blocks_of('<img data-original="//img3.secretchina.com/a.jpg">') == (Picture(A),)


def test_lazy_image_with_a_data_placeholder() -> None:
    body = '<img src="data:image/gif;base64,R0" data-src="//img3.secretchina.com/a.jpg">'
    assert blocks_of(body) == (Picture(A),)


def test_image_elsewhere_is_a_link() -> None:
    assert blocks_of('<p><img src="https://example.org/x.png" alt="图"></p>') == (
        Paragraph((Span("图", href="https://example.org/x.png"),)),
    )


def test_image_elsewhere_without_alternative_text_is_a_named_link() -> None:
    assert blocks_of('<p><img src="https://example.org/x.png"></p>') == (
        Paragraph((Span("图片", href="https://example.org/x.png"),)),
    )


def test_styles() -> None:
    assert blocks_of('<p>一<b>二</b><em>三</em><a href="https://example.org/">四</a></p>') == (
        Paragraph(
            (Span("一"), Span("二", strong=True), Span("三", emphasis=True), Span("四", href="https://example.org/"))
        ),
    )


def test_same_styles_in_a_row_are_one_span() -> None:
    assert blocks_of("<p><b>一</b><strong>二<strong>三</strong></strong></p>") == (paragraph("一二三", strong=True),)


def test_spaces_stand_outside_of_emphasis() -> None:
    assert blocks_of("<p>a<b> b </b>c</p>") == (Paragraph((Span("a "), Span("b", strong=True), Span(" c"))),)


def test_spaces_are_folded_across_spans() -> None:
    assert blocks_of("<p>a <span> b</span></p>") == (paragraph("a b"),)


def test_anchor_without_address_is_text() -> None:
    assert blocks_of('<p><a name="x">一</a></p>') == (paragraph("一"),)


def test_list() -> None:
    assert blocks_of("<ul><li>一</li><li>二</li></ul>") == (ListBlock(((paragraph("一"),), (paragraph("二"),))),)


def test_ordered_list_without_empty_items() -> None:
    assert blocks_of("<ol><li>一</li><li></li></ol>") == (ListBlock(((paragraph("一"),),), ordered=True),)


def test_nested_list() -> None:
    assert blocks_of("<ul><li>一<ul><li>二</li></ul></li></ul>") == (
        ListBlock(((paragraph("一"), ListBlock(((paragraph("二"),),))),)),
    )


def test_table_with_uneven_rows_is_filled() -> None:
    body = "<table><tr><th>甲</th><th>乙</th></tr><tr><td>一</td></tr></table>"
    assert blocks_of(body) == (Table((((Span("甲"),), (Span("乙"),)), ((Span("一"),), ()))),)


def test_table_without_text_is_left_out() -> None:
    assert blocks_of("<table><tr><td></td></tr></table>") == ()


def test_table_cell_of_two_paragraphs() -> None:
    assert blocks_of("<table><tr><td><p>一</p><p>二</p></td><td>三</td></tr></table>") == (
        Table((((Span("一"), BREAK, Span("二")), (Span("三"),)),)),
    )


def test_picture_in_a_table_cell_is_kept() -> None:
    found = blocks_of(f"<table><tr><td>{IMG_A}</td><td>甲</td></tr></table>")
    assert A in repr(found)


def test_list_in_a_table_cell_keeps_its_text() -> None:
    found = blocks_of("<table><tr><td><ul><li>一</li></ul></td><td>甲</td></tr></table>")
    assert "一" in repr(found)


def test_tweet_is_a_quote() -> None:
    body = (
        '<blockquote class="twitter-tweet"><p lang="zh">下雪了</p>&mdash; 某人 (@x) '
        '<a href="https://twitter.com/x/status/1">日期</a></blockquote>'
    )
    assert blocks_of(body) == (
        Quote(
            (
                paragraph("下雪了"),
                Paragraph((Span("— 某人 (@x) "), Span("日期", href="https://twitter.com/x/status/1"))),
            )
        ),
    )


def test_ad_inside_a_quote_leaves_no_block() -> None:
    assert blocks_of("<blockquote><p>一</p><div><center><div></div></center></div>二</blockquote>") == (
        Quote((paragraph("一"), paragraph("二"))),
    )


def test_empty_quote_is_left_out() -> None:
    assert blocks_of("<blockquote><div></div></blockquote>") == ()


def test_heading_is_not_bold() -> None:
    assert blocks_of("<h3><strong>钟声</strong></h3>") == (Heading((Span("钟声"),), 3),)


def test_heading_of_two_lines_is_one_line() -> None:
    assert blocks_of("<h2>钟声<br>河边</h2>") == (Heading((Span("钟声 河边"),), 2),)


def test_empty_heading_is_left_out() -> None:
    assert blocks_of("<h2>\u00a0</h2>") == ()


def test_picture_in_a_heading_is_kept() -> None:
    assert Picture(A) in blocks_of(f"<h2>{IMG_A}钟声</h2>")


def test_hidden_elements_are_left_out_and_their_tails_kept() -> None:
    body = '<p>一<span style="display: none">密</span>二<b hidden>密</b>三<i style="VISIBILITY:hidden">密</i>四</p>'
    assert blocks_of(body) == (paragraph("一二三四"),)


def test_comments_and_scripts_are_left_out_and_their_tails_kept() -> None:
    assert blocks_of("<p>一<!-- 密 -->二<script>密</script>三<style>密</style>四</p>") == (paragraph("一二三四"),)


def test_frame_is_an_embed() -> None:
    assert blocks_of('<p>一<iframe src="https://example.org/v"></iframe>二</p>') == (
        paragraph("一"), Embed("https://example.org/v", "video"), paragraph("二"),
    )  # fmt: skip


@pytest.mark.parametrize(
    "src",
    [
        "https://googleads.g.doubleclick.net/x",
        "//www.facebook.com/plugins/like.php?href=x",
        "https://disqus.com/embed/x",
    ],
)
def test_frame_of_advertising_or_buttons_is_left_out(src: str) -> None:
    assert blocks_of(f'<p>一</p><iframe src="{src}"></iframe>') == (paragraph("一"),)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("10<sup>6</sup>米<sup>2</sup>", "10⁶米²"),
        ("H<sub>2</sub>O", "H₂O"),
        ("一<sup>[注]</sup>", "一[注]"),
        ("1<sup>st</sup>", "1st"),
    ],
)
def test_raised_and_lowered_digits(body: str, text: str) -> None:
    assert blocks_of(f"<p>{body}</p>") == (paragraph(text),)


def test_styles_reach_into_blocks() -> None:
    assert blocks_of("<strong><p>一</p><div>二</div></strong>") == (
        paragraph("一", strong=True), paragraph("二", strong=True),
    )  # fmt: skip


def test_bold_and_italic_by_their_look() -> None:
    body = '<p><span style="font-weight: bold">一</span><span style="font-style:italic">二</span></p>'
    assert blocks_of(body) == (Paragraph((Span("一", strong=True), Span("二", emphasis=True))),)


def test_rule_ends_a_paragraph() -> None:
    assert blocks_of("一<hr>二") == (paragraph("一"), paragraph("二"))


def test_items_and_cells_outside_of_lists_and_tables_are_paragraphs() -> None:
    assert blocks_of("<li>一</li><li>二</li>") == (paragraph("一"), paragraph("二"))


def test_list_keeps_what_stands_in_no_item() -> None:
    assert blocks_of("<ul>甲<li>一</li>乙<p>二</p>丙</ul>") == (
        ListBlock(tuple((paragraph(text),) for text in ("甲", "一", "乙", "二", "丙"))),
    )


def test_audio_with_a_source_element() -> None:
    assert blocks_of('<audio><source src="https://example.org/a.mp3"></audio>') == (
        Embed("https://example.org/a.mp3", "audio"),
    )


def test_members_mark() -> None:
    assert blocks_of(f"<p>一</p><{MEMBERS_MARK}></{MEMBERS_MARK}>") == (paragraph("一"), MembersOnly())


def test_remove_keeps_the_tail() -> None:
    root = parse_fragment("<p>一<span>二</span>三</p>")
    remove(root[0][0])
    assert root.text_content() == "一三"


def test_replace_with_mark_keeps_the_tail() -> None:
    root = parse_fragment('<div id="x">一</div>二')
    replace_with_mark(root[0])
    assert (root[0].tag, root.text_content()) == (MEMBERS_MARK, "二")


TAGS = [
    "p", "div", "strong", "em", 'a href="https://example.org/"', "span", "center", "ul", "ol", "li", "table", "tbody",
    "tr", "td", "th", "caption", "blockquote", "h2", "br", "hr", "font", "dl", "dd", "pre", "figure", "figcaption",
]  # fmt: skip
SOUP = st.lists(
    st.one_of(
        st.sampled_from("河边钟声老人早晨"),
        st.sampled_from(TAGS).map("<{}>".format),
        st.sampled_from(TAGS).map(lambda tag: f"</{tag.split()[0]}>"),
    ),
    max_size=16,
)


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(parts=SOUP)
def test_every_word_of_broken_markup_is_kept_once(parts: list[str]) -> None:
    words = [part for part in parts if not part.startswith("<")]

    assert sorted("".join("".join(block_lines(blocks_of("".join(parts)))).split())) == sorted(words)


@pytest.mark.parametrize(
    "style",
    [
        "font-size:0", "FONT-SIZE : 0px", "font-size:0.0em;color:red", "opacity:0", "color:transparent",
        "position:absolute;left:-9999px", "text-indent:-99999px", "display:none", "visibility: hidden",
    ],
)  # fmt: skip
def test_text_that_the_source_hides_is_left_out(style: str) -> None:
    assert blocks_of(f'<p>河边<span style="{style}">转载必究</span>的钟声</p>') == (paragraph("河边的钟声"),)


@pytest.mark.parametrize(
    "style",
    ["font-size:0.9em", "font-size:10px", "opacity:0.5", "opacity:1", "background-color:transparent", "left:-10px",
     "border-left:0", "line-height:0"],
)  # fmt: skip
def test_text_that_shows_is_kept(style: str) -> None:
    assert blocks_of(f'<p style="{style}">河边的钟声</p>') == (paragraph("河边的钟声"),)


def test_container_without_size_holds_text_of_its_own_size() -> None:
    assert blocks_of('<div style="font-size:0"><span style="font-size:16px">钟声</span></div>') == (paragraph("钟声"),)


@pytest.mark.parametrize("tag", ["embed", "source", "track", "wbr", "param", "input", "keygen", "area", "bgsound"])
def test_element_without_an_end_swallows_nothing(tag: str) -> None:
    """libxml2 does not know that HTML's embed has no content: all that follows stood inside of it."""
    assert blocks_of(f"<div>河边<{tag} src=x>的钟声</div><p>末段</p>") == (paragraph("河边的钟声"), paragraph("末段"))
