"""Which text is the caption of a picture. Pure.

Counted over 5,240 pictures: 5,067 have a break and the caption behind them in their paragraph, 105 have none,
68 stand with others in one paragraph. A few captions have a paragraph of their own; their credit tells them.
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from newsmirror.inline import paragraphs
from newsmirror.items import BREAK, Block, Paragraph, Picture, Span, plain_text
from newsmirror.text import EDGES

LIMIT = 300
"""Longer text after a picture is the article's. The longest caption measured has 289 characters."""
CREDIT = re.compile(
    r"[（(【][^()（）]{0,80}"
    r"(?:图片|圖片|网络图|網絡圖|截图|截圖|摄影|攝影|绘图|繪圖|插画|插畫|示意图|示意圖|资料图|資料圖|公有领域|Getty|Adobe|AFP)"
    r"[^()（）]{0,120}[)）】]{1,2}$"
)


def captioned(picture: Picture, spans: list[Span], *, centred: bool) -> list[Block]:
    """A picture with the text behind it: a caption after a break or in a centred paragraph, else a paragraph."""
    broken = next((s is BREAK for s in spans if s is BREAK or s.text.strip(EDGES)), False)
    rest = paragraphs(spans)
    if rest and (broken or centred) and len(plain_text(rest[0].spans)) <= LIMIT:
        return [replace(picture, caption=rest[0].spans), *rest[1:]]
    return [picture, *rest]


def join_captions(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """Blocks in which a paragraph that is a credit has become the caption of the picture before it."""
    found: list[Block] = []
    for block in blocks:
        picture = found[-1] if found else None
        if isinstance(block, Paragraph) and isinstance(picture, Picture) and not picture.caption and _is_caption(block):
            found[-1] = replace(picture, caption=block.spans)
        else:
            found.append(block)
    return tuple(found)


def _is_caption(paragraph: Paragraph) -> bool:
    text = plain_text(paragraph.spans)
    return len(text) <= LIMIT and bool(CREDIT.search(text))
