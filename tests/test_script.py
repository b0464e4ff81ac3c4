import subprocess
import sys
from itertools import accumulate, pairwise
from typing import Any

import opencc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsmirror.items import (
    BREAK,
    Embed,
    Heading,
    ListBlock,
    Picture,
    Quote,
    Span,
    Spans,
    Table,
    block_lines,
    plain_text,
)  # fmt: skip
from newsmirror.script import Script, convert_spans
from tests.samples import article, paragraph

SOURCE, SIMPLIFIED, TRADITIONAL = Script.SOURCE, Script.SIMPLIFIED, Script.TRADITIONAL
PHRASES = "他的打印机和U盘、软件里的信息，皇后后面的头发很干净。国家安全局势于是发展了；众人說話"


def bold(*texts: str) -> Spans:
    """Spans of these texts; those that begin with * are bold."""
    return tuple(Span(text.removeprefix("*"), strong=text.startswith("*")) for text in texts)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("皇后后面的头发很干净", "皇后後面的頭髮很乾淨"),
        ("软件和鼠标", "軟體和滑鼠"),
        ("里面", "裡面"),
        ("国家安全局势", "國家安全局勢"),
        ("范平明和里長不許干預", "范平明和里長不許干預"),
        ("范平明和里長不許干預众人", "范平明和里長不許干預眾人"),
        ("plain text https://example.org/a?b=1", "plain text https://example.org/a?b=1"),
        ("", ""),
    ],
)
def test_traditional(text: str, shown: str) -> None:
    assert TRADITIONAL.convert(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("皇后後面的頭髮很乾淨", "皇后后面的头发很干净"),
        ("軟體和滑鼠", "软件和鼠标"),
        ("為什麼說寮國", "为什么说老挝"),
        ("以他為核心的黨執行死刑，很多工作在蚌埠", "以他为核心的党执行死刑，很多工作在蚌埠"),
        ("乾清宫的核心建立于智慧", "乾清宫的核心建立于智慧"),
        ("他只說了三个字", "他只说了三个字"),
        ("著名", "著名"),
    ],
)
def test_simplified(text: str, shown: str) -> None:
    assert SIMPLIFIED.convert(text) == shown


def test_source_stays() -> None:
    found = article(title="皇后後面的头发")
    assert SOURCE.convert("皇后後面的头发") == "皇后後面的头发"
    assert SOURCE.convert_article(found) is found


def test_simplified_text_is_what_opencc_makes_of_it() -> None:
    assert TRADITIONAL.convert(PHRASES.partition("国家")[0]) == opencc.OpenCC("s2twp").convert(
        PHRASES.partition("国家")[0]
    )


@pytest.mark.parametrize(
    ("spans", "shown"),
    [
        (bold("软", "*件"), bold("軟", "*體")),
        (bold("头", "*发", "展"), bold("頭", "*髮", "展")),
        (bold("他买了", "*U盘", "和", "*打印机", "。"), bold("他買了", "*隨身碟", "和", "*印表機", "。")),
        (bold("他买了U", "*盘。"), bold("他買了隨身", "*碟。")),
        ((Span("软件"), BREAK, Span("信息")), (Span("軟體"), BREAK, Span("資訊"))),
        (
            (Span("见"), Span("软件", href="https://example.org/软件"), Span("里")),
            (Span("見"), Span("軟體", href="https://example.org/软件"), Span("裡")),
        ),
        (
            (Span("见"), Span("https://example.org/软件", href="https://example.org/%E8%BD%AF%E4%BB%B6")),
            (Span("見"), Span("https://example.org/软件", href="https://example.org/%E8%BD%AF%E4%BB%B6")),
        ),
        ((), ()),
    ],
)
def test_styles_stay_on_their_words(spans: Spans, shown: Spans) -> None:
    assert convert_spans(spans, TRADITIONAL) == shown


@given(st.lists(st.integers(1, len(PHRASES)), max_size=12), st.sampled_from([SIMPLIFIED, TRADITIONAL]))
def test_text_of_spans_is_the_text_converted(cuts: list[int], script: Script) -> None:
    ends = sorted({*cuts, len(PHRASES)})
    spans = tuple(
        Span(PHRASES[start:end], strong=bool(number % 2)) for number, (start, end) in enumerate(pairwise([0, *ends]))
    )

    shown = convert_spans(spans, script)

    assert plain_text(shown) == script.convert(PHRASES)
    lengths = [*accumulate(len(span.text) for span in shown)]
    assert all(abs(have - want) <= 3 for have, want in zip(lengths, ends, strict=True))


def test_ten_thousand_runs() -> None:
    spans = tuple(Span(character, strong=bool(number % 2)) for number, character in enumerate("打印机U盘" * 2000))
    assert plain_text(convert_spans(spans, TRADITIONAL)) == TRADITIONAL.convert("打印机U盘" * 2000)


def test_every_block_is_converted() -> None:
    simple, converted = "软件", "軟體"

    def blocks(text: str) -> tuple[Any, ...]:
        return (
            paragraph(text, strong=True),
            Heading((Span(text),), 2),
            Picture("https://img3.secretchina.com/软件.jpg", text, (Span(text),)),
            ListBlock(((paragraph(text),), (Quote((paragraph(text),)),)), ordered=True),
            Table((((Span(text),), (Span(text),)),)),
            Quote((ListBlock(((paragraph(text),),)),)),
            Embed("https://example.org/软件"),
        )

    assert TRADITIONAL.convert_article(article(blocks=blocks(simple))).blocks == blocks(converted)


def test_article_in_another_script_keeps_addresses_and_tags() -> None:
    found = article(title="软件", authors=("李发",), source="广播", editor="张三", rights="版权", tags=("软件",))

    shown = TRADITIONAL.convert_article(found)

    assert (shown.title, shown.authors, shown.source) == ("軟體", ("李發",), "廣播")
    assert (shown.editor, shown.rights) == ("張三", "版權")
    assert (shown.tags, shown.url, shown.id) == (found.tags, found.url, found.id)


def test_traditional_article_becomes_simplified() -> None:
    found = article(blocks=(paragraph("這是一篇關於頭髮的文章"), paragraph("於是大家都說：裡面沒有軟體")))
    assert list(block_lines(SIMPLIFIED.convert_article(found).blocks)) == [
        "这是一篇关于头发的文章", "于是大家都说：里面没有软件",
    ]  # fmt: skip


@pytest.mark.parametrize(("script", "imported"), [("SOURCE", "False"), ("TRADITIONAL", "True")])
def test_opencc_is_imported_only_where_asked_for(script: str, imported: str) -> None:
    code = (
        "import sys, newsmirror.render, newsmirror.config, newsmirror.script as s;"
        f"s.Script.{script}.convert('软件'); print('opencc' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == imported
