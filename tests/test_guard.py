"""What may be parsed: nothing that costs too much, nothing of which the parser silently drops a part."""

import pytest

from newsmirror.blocks import parse_fragment, read_blocks
from newsmirror.exceptions import HostileError, LayoutError
from newsmirror.guard import MAX_ATTRIBUTES, MAX_CHARACTERS, MAX_DEPTH, MAX_TAGS, MAX_WORDS, parse_html
from newsmirror.items import Paragraph, Quote
from tests.samples import blocks_of


def nested(tag: str, depth: int) -> str:
    return f"<html><body>{f'<{tag}>' * depth}正文{f'</{tag}>' * depth}<p>后面</p></body></html>"


def test_control_characters_and_declaration_are_left_out() -> None:
    assert parse_html("<?xml version='1.0' encoding='gb2312'?><p>河\x00边</p>").text_content() == "河边"


@pytest.mark.parametrize("text", ["", "   ", "<!-- -->"])
def test_empty_page(text: str) -> None:
    with pytest.raises(LayoutError, match="the page is empty"):
        parse_html(text)


def test_page_at_the_bounds_is_parsed_whole() -> None:
    assert len(parse_html("<p>x" * (MAX_TAGS - 2)).xpath("//p")) == MAX_TAGS - 2
    assert parse_html(nested("div", MAX_DEPTH - 2)).text_content() == "正文后面"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x" * (MAX_CHARACTERS + 1), r"over \d+ characters"),
        ("<p>x" * (MAX_TAGS + 1), r"over \d+ tags"),
        ("<a " + " ".join(f"a{n}" for n in range(MAX_WORDS + 2)) + ">", "a tag of the page has over"),
        ("<a" + "".join(f"/a{n}" for n in range(MAX_WORDS + 2)) + ">", "a tag of the page has over"),
        ("<a " + "\n".join(f"a{n}=1" for n in range(MAX_WORDS + 2)), "a tag of the page has over"),
        ("<a " + " ".join(f"a{n}='>'" for n in range(MAX_ATTRIBUTES + 1)) + ">", r"page has over \d+ attributes"),
        ("<a " + "".join(f'a{n}="<"' for n in range(MAX_ATTRIBUTES + 1)) + ">", r"page has over \d+ attributes"),
    ],
)
def test_page_that_costs_too_much_is_refused(text: str, words: str) -> None:
    with pytest.raises(HostileError, match=words):
        parse_html(text)


@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 250, 300, 2000, 2100, 50_000])
@pytest.mark.parametrize("tag", ["div", "b", "blockquote", "span"])
def test_nesting_is_refused_and_never_cut_short(tag: str, depth: int) -> None:
    text = f"<html><body>{f'<{tag}>' * min(depth, 29_000)}正文</body></html>"

    with pytest.raises(HostileError, match="nested over"):
        parse_html(text)


@pytest.mark.parametrize("tag", ["a", "p", "li", "option"])
def test_tags_that_cannot_nest_are_no_depth(tag: str) -> None:
    assert parse_html(f"<html><body>{f'<{tag}>' * 300}正文</body></html>").text_content() == "正文"


def test_deepest_page_is_walked_without_recursion_error() -> None:
    quotes = "<blockquote>" * (MAX_DEPTH - 4)

    blocks = blocks_of(quotes + "<p>最深处</p>")

    depth = 0
    while isinstance(blocks[0], Quote):
        depth, blocks = depth + 1, blocks[0].blocks
    assert depth == MAX_DEPTH - 4
    assert isinstance(blocks[0], Paragraph)


def test_ragged_table_is_not_filled_up_to_millions_of_cells() -> None:
    short = "<tr><td>x</td></tr>" * 7000

    with pytest.raises(HostileError, match="a table of the page has over"):
        blocks_of(f"<table>{short}<tr>{'<td>y</td>' * 14_000}</tr></table>")


def test_ordinary_words_and_scripts_are_no_attributes() -> None:
    words = "a < b and " + "word " * 1_500
    script = f"<script>var s = '{'x/' * 20_000}';</script>"

    assert parse_html(f"<p>{words}</p>{script}").xpath("//p")


def test_every_level_of_a_fragment_is_read() -> None:
    node = parse_fragment("<div>" * 90 + "正文" + "</div>" * 90)
    assert read_blocks(node, None) != ()  # type: ignore[arg-type]  # no address occurs
