import re
from typing import Any

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

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
    Spans,
    Table,
)  # fmt: skip
from newsmirror.markdown import render_blocks, render_inline, render_lines
from tests.samples import WORDS, paragraph, shown

COMMONMARK = MarkdownIt("commonmark").enable("table")


def markdown(*blocks: Block) -> str:
    return "\n\n".join(render_blocks(blocks, words=WORDS))


def github(text: str) -> str:
    return str(cmarkgfm.github_flavored_markdown_to_html(text, Options.CMARK_OPT_UNSAFE))


def commonmark(text: str) -> str:
    return str(COMMONMARK.render(text))


@pytest.mark.parametrize(
    ("line", "guarded"),
    [
        ("# 一", "\\# 一"),
        ("#一", "\\#一"),
        ("###### 一", "\\###### 一"),
        ("- 一", "\\- 一"),
        ("+ 一", "\\+ 一"),
        ("-", "\\-"),
        ("---", "\\---"),
        ("- - -", "\\- - -"),
        ("===", "\\==="),
        ("1. 一", "1\\. 一"),
        ("12) 一", "12\\) 一"),
        ("1.5 万", "1.5 万"),
        ("2021年", "2021年"),
        ("1234567890. 一", "1234567890. 一"),
        ("> 一", "\\> 一"),
        ("* 一", "\\* 一"),
        ("~~~", "\\~\\~\\~"),
    ],
)
def test_line_start(line: str, guarded: str) -> None:
    assert render_lines((Span(line),)) == guarded


def test_line_start_after_a_break_is_guarded() -> None:
    assert render_lines((Span("一"), BREAK, Span("- 二"))) == "一\\\n\\- 二"


@pytest.mark.parametrize(
    ("before", "bold", "after", "text"),
    [
        ("中", "俄", "国", "中**俄**国"),
        ("中", "“俄”", "国", "中<strong>“俄”</strong>国"),
        ("中", "俄。", "国", "中<strong>俄。</strong>国"),
        ("", "“俄”", "", "**“俄”**"),
        ("中，", "“俄”", "，国", "中，**“俄”**，国"),
        ("中 ", "“俄”", " 国", "中 **“俄”** 国"),
        ("中", "$俄", "国", "中<strong><span>\\$</span>俄</strong>国"),
        ("中*", "俄", "国", "中\\*<strong>俄</strong>国"),
        ("中+", "（俄）", "国", "中+<strong>（俄）</strong>国"),
    ],
)
def test_bold_beside_punctuation(before: str, bold: str, after: str, text: str) -> None:
    spans = tuple(s for s in (Span(before), Span(bold, strong=True), Span(after)) if s.text)
    assert render_inline(spans) == text


def test_italic() -> None:
    assert render_inline((Span("中"), Span("俄", emphasis=True), Span("国"))) == "中*俄*国"


def test_bold_and_italic_is_written_as_html() -> None:
    assert render_inline((Span("俄", strong=True, emphasis=True),)) == "<strong><em>俄</em></strong>"


def test_bold_before_italic_is_written_so_that_no_run_of_three_asterisks_arises() -> None:
    html = github(render_inline((Span("甲", strong=True), Span("乙", emphasis=True))))
    assert html == "<p><strong>甲</strong><em>乙</em></p>\n"


def test_bold_touching_a_link() -> None:
    spans = (Span("甲", strong=True), Span("乙", href="https://example.org/"), Span("丙", strong=True))
    html = github(render_inline(spans))
    assert html == '<p><strong>甲</strong><a href="https://example.org/">乙</a><strong>丙</strong></p>\n'


def test_bold_inside_a_link() -> None:
    spans = (Span("甲", strong=True, href="https://example.org/"), Span("乙", href="https://example.org/"))
    assert render_inline(spans) == "[**甲**乙](https://example.org/)"


def test_exclamation_mark_before_a_link_makes_no_image() -> None:
    assert render_inline((Span("看!"), Span("甲", href="https://example.org/"))) == "看\\![甲](https://example.org/)"


def test_link_whose_text_is_its_address() -> None:
    assert render_inline((Span("https://example.org/a", href="https://example.org/a"),)) == "<https://example.org/a>"


def test_link_whose_text_is_another_address() -> None:
    html = github(render_inline((Span("https://example.org/b", href="https://example.org/a"),)))
    assert html == '<p><a href="https://example.org/a">https://example.org/b</a></p>\n'


def test_link_whose_bold_text_is_an_address_holds_no_link_of_its_own() -> None:
    html = github(render_inline((Span("https://example.org/b", strong=True, href="https://example.org/a"),)))
    assert html == '<p><a href="https://example.org/a"><strong>https://example.org/b</strong></a></p>\n'


def test_link_text_www_holds_no_link_of_its_own() -> None:
    html = github(render_inline((Span("www.example.org", href="https://example.org/a"),)))
    assert html == '<p><a href="https://example.org/a">www.example.org</a></p>\n'


def test_heading_levels_end_at_six() -> None:
    assert markdown(Heading((Span("一"),), 1), Heading((Span("二"),), 9)) == "## 一\n\n###### 二"


def test_heading_that_ends_with_a_number_sign() -> None:
    assert github(markdown(Heading((Span("C #"),)))) == "<h2>C #</h2>\n"


def test_picture_without_caption() -> None:
    picture = Picture("https://img3.secretchina.com/a.jpg")
    assert markdown(picture) == "![图片](https://img3.secretchina.com/a.jpg)"


def test_picture_with_caption() -> None:
    picture = Picture("https://img3.secretchina.com/a.jpg", "河[边", (Span("图*说"),))
    assert markdown(picture) == "![河\\[边](https://img3.secretchina.com/a.jpg)\n\n图\\*说"


def test_list() -> None:
    block = ListBlock(((paragraph("一"),), (paragraph("二"),)))
    assert markdown(block) == "- 一\n- 二"


def test_ordered_list() -> None:
    block = ListBlock(((paragraph("一"),), (paragraph("二"),)), ordered=True)
    assert markdown(block) == "1. 一\n2. 二"


def test_nested_list() -> None:
    block = ListBlock(((paragraph("一"), ListBlock(((paragraph("二"),),))), (paragraph("三"),)))
    assert markdown(block) == "- 一\n\n  - 二\n\n- 三"


def test_verse_in_a_list_item_keeps_its_breaks() -> None:
    block = ListBlock(((Paragraph((Span("一"), BREAK, Span("二"))),),))
    assert "<li>一<br />\n二</li>" in github(markdown(block))


def test_two_lists_in_a_row_stay_two() -> None:
    block = ListBlock(((paragraph("一"),),))
    assert github(markdown(block, block)).count("<ul>") == 2


def test_quote_of_two_paragraphs() -> None:
    assert markdown(Quote((paragraph("一"), paragraph("二")))) == "> 一\n>\n> 二"


def test_quote_in_a_quote() -> None:
    assert markdown(Quote((paragraph("一"), Quote((paragraph("二"),))))) == "> 一\n>\n> > 二"


def test_list_in_a_quote() -> None:
    assert markdown(Quote((ListBlock(((paragraph("一"),),)),))) == "> - 一"


def test_two_quotes_in_a_row_stay_two() -> None:
    quote = Quote((paragraph("一"),))
    assert github(markdown(quote, quote)).count("<blockquote>") == 2


def test_table() -> None:
    table = Table((((Span("甲"),), (Span("乙"),)), ((Span("一|二"),), ())))
    assert markdown(table) == "| 甲 | 乙 |\n| --- | --- |\n| 一\\|二 |  |"


def test_table_cell_with_a_break() -> None:
    table = Table((((Span("甲"), BREAK, Span("乙")),),))
    assert markdown(table) == "| 甲<br>乙 |\n| --- |"


def test_table_cell_with_a_bar_and_a_backslash_shows_both() -> None:
    html = github(markdown(Table((((Span("甲"),),), ((Span("a\\|b"),),)))))
    assert "<td>a\\|b</td>" in html


def test_table_cell_with_an_address_that_holds_a_bar() -> None:
    cell = (Span("丙", href="https://example.org/a|b"),)
    html = github(markdown(Table((((Span("甲"),), (Span("乙"),)), (cell, (Span("丁"),))))))
    assert "<td>丁</td>" in html


@pytest.mark.parametrize(
    ("block", "text"),
    [
        (Embed("https://example.org/v", "video"), "[视频](https://example.org/v)"),
        (Embed("https://example.org/a", "audio"), "[音频](https://example.org/a)"),
        (Embed("https://example.org/p", "post"), "[原帖](https://example.org/p)"),
        (MembersOnly(), "*会员内容*"),
    ],
)
def test_block_without_text_of_its_own(block: Block, text: str) -> None:
    assert markdown(block) == text


ALPHABET = "中俄国的，。“”（）！a1 b-#+=*_`[]<>&~|$!\\:/.()'\"www@"
TEXT = st.text(ALPHABET, min_size=1, max_size=12).map(lambda t: re.sub(" +", " ", t).strip()).filter(bool)
SPAN = st.builds(Span, TEXT, strong=st.booleans())


def tidy(spans: list[Span]) -> Spans:
    """Spans as blocks.py makes them: no two of the same style in a row."""
    found: list[Span] = []
    for span in spans:
        if not found or found[-1].strong != span.strong:
            found.append(span)
    return tuple(found)


PARAGRAPH = st.lists(SPAN, min_size=1, max_size=5).map(tidy).map(Paragraph)


def expected(blocks: list[Any]) -> tuple[str, str]:
    spans = [span for block in blocks for span in block.spans]
    whole = "".join("".join(span.text.split()) for span in spans)
    return whole, "".join("".join(span.text.split()) for span in spans if span.strong)


@pytest.mark.parametrize("render", [github, commonmark])
@settings(deadline=None, derandomize=True, database=None)
@given(blocks=st.lists(PARAGRAPH, min_size=1, max_size=3))
def test_round_trip_of_paragraphs(render: Any, blocks: list[Paragraph]) -> None:
    assert shown(render(markdown(*blocks))) == expected(blocks)


@pytest.mark.parametrize("render", [github, commonmark])
@settings(deadline=None, derandomize=True, database=None)
@given(block=PARAGRAPH)
def test_round_trip_in_a_quote(render: Any, block: Paragraph) -> None:
    assert shown(render(markdown(Quote((block,))))) == expected([block])


@pytest.mark.parametrize("render", [github, commonmark])
@settings(deadline=None, derandomize=True, database=None)
@given(block=PARAGRAPH)
def test_round_trip_in_a_list_item(render: Any, block: Paragraph) -> None:
    assert shown(render(markdown(ListBlock(((block,), (block,)))))) == expected([block, block])


@pytest.mark.parametrize("render", [github, commonmark])
@settings(deadline=None, derandomize=True, database=None)
@given(spans=PARAGRAPH.map(lambda p: p.spans))
def test_round_trip_in_a_table(render: Any, spans: Spans) -> None:
    table = Table(((spans, (Span("乙"),)), ((Span("丙"),), spans)))
    text, _ = shown(render(markdown(table)))
    whole, _ = expected([Paragraph(spans)])
    assert text == f"{whole}乙丙{whole}"


@pytest.mark.parametrize("render", [github, commonmark])
@settings(deadline=None, derandomize=True, database=None)
@given(spans=PARAGRAPH.map(lambda p: p.spans))
def test_round_trip_in_a_heading(render: Any, spans: Spans) -> None:
    assert shown(render(markdown(Heading(spans)))) == expected([Paragraph(spans)])
