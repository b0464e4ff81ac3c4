"""Simplified and traditional Chinese: text as readers of a mirror are to see it. Pure.

The rule, block by block (a paragraph, a caption, a cell, a title, a name):

1. A block is traditional where it has more characters that only traditional writing has than characters that
   only simplified writing has; else it is simplified, as the source's pages are.
2. Written in the other script, it is converted as a whole, phrases and vocabulary included, but for `KEPT`.
3. Written in the wanted script already, only single characters of the other script in it are converted: OpenCC
   takes simplified text for traditional where it looks like it (乾清宫 → 干清宫, 范平明 → 範平明).

Addresses never change. OpenCC is imported only where a script other than the source's is asked for.
"""

import importlib.util
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache, partial
from itertools import accumulate, pairwise
from typing import Any
from urllib.parse import unquote

from newsmirror.items import (
    BREAK,
    Article,
    Block,
    Heading,
    ListBlock,
    Paragraph,
    Picture,
    Quote,
    Span,
    Spans,
    Table,
    plain_text,
)

HAN = "".join(map(chr, (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000))))
LOOK = 24
"""Characters after a style's end that decide whether a phrase runs across it; OpenCC's longest are shorter."""
REACH = 8
"""How far from a style's end a place is looked for that no phrase runs across."""


class Script(Enum):
    """The script of a mirror's text (`NEWSMIRROR_SCRIPT`)."""

    SOURCE = "source"
    SIMPLIFIED = "simplified"
    TRADITIONAL = "traditional"

    def convert(self, text: str) -> str:
        """The text of one block or name in this script."""
        return _change(text, self)(text)

    def convert_article(self, article: Article) -> Article:
        """An article in this script, to be shown only: its digest is another one.

        Tags stay as they are, because the paths of their lists follow from them; convert each where it is shown.
        """
        if self is Script.SOURCE:
            return article
        return replace(
            article,
            title=self.convert(article.title),
            blocks=tuple(_block(block, self) for block in article.blocks),
            authors=tuple(map(self.convert, article.authors)),
            source=self.convert(article.source) if article.source else article.source,
            editor=self.convert(article.editor) if article.editor else article.editor,
            rights=self.convert(article.rights) if article.rights else article.rights,
        )


@dataclass(frozen=True)
class _Way:
    """How text gets into a script."""

    whole: str
    """OpenCC's configuration with phrases and vocabulary."""
    single: str
    """The one that gives each character one in its place."""
    kept: re.Pattern[str]
    """Words that only *single* gets right: OpenCC's vocabulary is that of computing."""


# OpenCC finds 全局 (→ 全域性, "global") inside 国家安全局 and takes 镜像 for a disk's. Its vocabulary from Taiwan's
# into the mainland's is that of computing: 核心 becomes a kernel, 執行死刑 is "run", 蚌埠 becomes a network port.
WAYS = {
    Script.TRADITIONAL: _Way("s2twp", "s2tw", re.compile("(安全局|镜像)")),
    Script.SIMPLIFIED: _Way(
        "tw2sp",
        "t2s",
        re.compile(
            "(核心|程序|行程|智慧|宣告|建立|文件|檔案|執行(?!長)|變數|設定|指標|停用|新增|支援|存取|物件"
            "|多工[作廠程人]|防毒面具|[^\\x00-\\x7f]埠)"
        ),
    ),
}


def can_convert() -> bool:
    """Whether OpenCC is installed; it is not imported."""
    return importlib.util.find_spec("opencc") is not None


@cache
def _opencc(configuration: str) -> Any:
    import opencc

    return opencc.OpenCC(configuration)


Change = Callable[[str], str]


def _change(text: str, script: Script) -> Change:
    """What turns a block into this script, by the script that it is written in."""
    if script is Script.SOURCE or text.isascii():
        return str
    way, marks = WAYS[script], _marks()
    simplified, traditional = (sum(map(only.__contains__, text)) for only in marks)
    if (traditional > simplified) is (script is Script.TRADITIONAL):
        return partial(_single, way=way, foreign=marks[script is Script.SIMPLIFIED])
    return partial(_whole, way=way)


def _whole(text: str, *, way: _Way) -> str:
    parts = way.kept.split(text)
    return "".join(_opencc(way.single if odd % 2 else way.whole).convert(part) for odd, part in enumerate(parts))


def _single(text: str, *, way: _Way, foreign: frozenset[str]) -> str:
    """Text whose characters of the other script alone are converted, each as its neighbours ask for."""
    if foreign.isdisjoint(text):
        return text
    change = _opencc(way.single).convert
    converted = change(text)
    if len(converted) != len(text):  # no configuration does so today
        converted = map(change, text)
    return "".join(new if old in foreign else old for old, new in zip(text, converted, strict=True))


@cache
def _marks() -> tuple[frozenset[str], frozenset[str]]:
    """Characters that only simplified, and that only traditional writing has.

    A character that OpenCC would change may be at home in both (后, 里, 范; 乾, 著): those that stand in the
    other script's standard of everyday characters (Big5's first level, GB 2312) do not count.
    """
    lines = "\n".join(HAN)
    to_traditional = zip(HAN, _opencc("s2tw").convert(lines).split("\n"), strict=True)
    to_simplified = zip(HAN, _opencc("t2s").convert(lines).split("\n"), strict=True)
    traditional = {old for old, new in to_simplified if old != new and not _encoded(old, "gb2312")}
    simplified = {old for old, new in to_traditional if old != new and not b"" < _encoded(old, "big5") < b"\xc9"}
    return frozenset(simplified - traditional), frozenset(traditional)


def _encoded(character: str, encoding: str) -> bytes:
    return character.encode(encoding, errors="ignore")


# Blocks: a phrase may run across the end of a bold run or link.


def _block(block: Block, script: Script) -> Block:
    match block:
        case Paragraph(spans) | Heading(spans):
            return replace(block, spans=convert_spans(spans, script))
        case Picture():
            return replace(block, alt=script.convert(block.alt), caption=convert_spans(block.caption, script))
        case ListBlock(items):
            return replace(block, items=tuple(tuple(_block(inner, script) for inner in item) for item in items))
        case Table(rows):
            return replace(block, rows=tuple(tuple(convert_spans(cell, script) for cell in row) for row in rows))
        case Quote(inner):
            return replace(block, blocks=tuple(_block(one, script) for one in inner))
        case _:
            return block


def convert_spans(spans: Spans, script: Script) -> Spans:
    """Spans in this script: their text together is that of the whole text converted, styles on the same words.

    Where a style ends inside of a phrase that changes its length, it ends at the same share of the phrase.
    The text of a link that is its own address stays.
    """
    found: list[Span] = []
    run: list[Span] = []
    for span in spans:
        if span.href and unquote(span.href) == unquote(span.text):
            found += [*_run(run, script), span]
            run = []
        else:
            run.append(span)
    return (*found, *_run(run, script))


def _run(spans: list[Span], script: Script) -> list[Span]:
    text = plain_text(tuple(spans))
    change = _change(text, script)
    converted = change(text)
    if converted == text:
        return spans
    ends = _ends(text, converted, [*accumulate(len(span.text) for span in spans)][:-1], change)
    places = pairwise([0, *ends, len(converted)])
    pieces = zip(spans, (converted[start:end] for start, end in places), strict=True)
    return [span if span is BREAK else replace(span, text=piece) for span, piece in pieces if piece]


Place = tuple[int, int]
"""The same place in a text and in the converted text."""


def _ends(text: str, converted: str, ends: list[int], change: Change) -> Iterator[int]:
    """Where the places *ends* of the text are in the converted text."""
    known: Place = (0, 0)
    for end in ends:
        back, forth = range(end, max(known[0], end - REACH), -1), range(end + 1, min(len(text), end + REACH) + 1)
        known = next(filter(None, (_cut(text, converted, known, place, change) for place in back)), known)
        if known[0] == end:
            yield known[1]
        elif after := next(filter(None, (_cut(text, converted, known, place, change) for place in forth)), None):
            yield known[1] + round((end - known[0]) / (after[0] - known[0]) * (after[1] - known[1]))
        else:  # nothing is clear here: a character for a character
            known = (end, min(len(converted), known[1] + end - known[0]))
            yield known[1]


def _cut(text: str, converted: str, known: Place, place: int, change: Change) -> Place | None:
    """*place* in both texts where no phrase runs across it, None where one does."""
    left, right = change(text[known[0] : place]), change(text[place : place + LOOK])
    there = known[1] + len(left)
    clean = converted.startswith(left, known[1]) and converted.startswith(right[: LOOK // 2], there)
    return (place, there) if clean else None
