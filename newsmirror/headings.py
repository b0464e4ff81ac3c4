"""Which paragraphs are sub-heads. Pure.

The source has few heading elements; its editors make a short paragraph bold: 5,300 of 5,668 bold-only paragraphs
measured have at most 40 characters. The rules were read off 693 of them, in docs/quality.md.
"""

import re
from dataclasses import replace
from itertools import groupby

from newsmirror.items import BREAK, Block, Heading, ListBlock, Paragraph, Quote, plain_text

LIMIT = 40
"""The longest sub-head, in characters."""
SENTENCE_ENDS = "。，；、,;…"
REMARK_STARTS = "（(【"
SPEECH = re.compile(r"(?:[说說道问問答称稱]|表示|指出|认为|認為|[记記]者|主持人|[网網]友)[:：]$")
"""Somebody speaks in what follows; other lines that end in a colon head it."""
NUMBERED = re.compile(
    r"[（(【\[]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})(?:[】）)\].．、:：]|$)"
    r"|[①-⑳❶-❿●◎•■◆▲※★☆]|第[一二三四五六七八九十\d]{1,3}[、，,章节節条條：:]"
)
"""A number or a mark in front: such a line is a sub-head even where it is a sentence or a remark."""
MOST_IN_A_ROW = 2
"""A sub-head may have one of its own below it; three bold lines in a row are verse or a list."""


def with_headings(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """Bold-only short paragraphs as sub-heads, and all sub-heads in order: no level is skipped.

    What has nothing behind it heads nothing: a heading element there (an 原标题 of 2020 was one) is a paragraph.
    """
    end = len(blocks)
    while end and isinstance(blocks[end - 1], Heading):
        end -= 1
    blocks = (*blocks[:end], *(Paragraph(block.spans) for block in blocks[end:] if isinstance(block, Heading)))
    ranks = {level: rank for rank, level in enumerate(sorted({b.level for b in blocks if isinstance(b, Heading)}), 1)}
    found: list[Block] = []
    level = 0
    for is_subhead, group in groupby(blocks, _is_subhead):
        run = list(group)
        heads = is_subhead and len(run) <= MOST_IN_A_ROW and len(found) + len(run) < len(blocks)
        for block in run:
            if isinstance(block, Heading):
                level = min(ranks[block.level], level + 1)
                block = replace(block, level=level)
            elif heads and isinstance(block, Paragraph):
                level = min(len(ranks) + 1, level + 1)
                block = Heading(tuple(replace(span, strong=False) for span in block.spans), level)
            found.append(block)
    return _in_order(tuple(found), 0)[0]


def _in_order(blocks: tuple[Block, ...], level: int) -> tuple[tuple[Block, ...], int]:
    """Blocks whose sub-heads, also those inside quotes and lists, leave no level out; and the level of the last."""
    found: list[Block] = []
    for block in blocks:
        match block:
            case Heading():
                level = min(block.level, level + 1)
                block = replace(block, level=level)
            case Quote(inner):
                ordered, level = _in_order(inner, level)
                block = replace(block, blocks=ordered)
            case ListBlock(items):
                parts = []
                for item in items:
                    part, level = _in_order(item, level)
                    parts.append(part)
                block = replace(block, items=tuple(parts))
        found.append(block)
    return tuple(found), level


def _is_subhead(block: Block) -> bool:
    """Whether a paragraph is a sub-head: short, bold as a whole, on one line, and no sentence or remark."""
    if not isinstance(block, Paragraph) or BREAK in block.spans:
        return False
    text = plain_text(block.spans)
    bold = all(span.strong or not span.text.strip() for span in block.spans)
    plain = text[-1:] not in SENTENCE_ENDS and text[:1] not in REMARK_STARTS and not SPEECH.search(text)
    return bold and len(text) <= LIMIT and (plain or bool(NUMBERED.match(text)))
