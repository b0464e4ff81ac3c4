"""Two versions of an article: what counts as another text, and what as another article."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmirror.items import Block, Embed, Heading, ListBlock, Paragraph, Picture, Quote, Span, Table
from newsmirror.revision import CHANGE, GROWING, GROWTH, SHINGLE, find_rewrite, growth, lost_share, same_text
from tests.samples import article, paragraph

STORY = "".join(
    f"第{number}天早晨，老人{'走过' if number % 2 else '坐在'}桥{number}边，听见钟声{number}下。"
    for number in range(60)
)
OTHER = "".join(f"商店{number}里的价格又涨了{number}元，顾客们都在抱怨。" for number in range(60))
PICTURE = Picture("https://img3.secretchina.com/pic/2021/a.jpg", "河边")
OLD = article(
    blocks=(paragraph("老人每天早晨到河边听钟声。"), PICTURE, Quote((paragraph("钟声停了。"),))), authors=("林某",)
)

texts = st.text("山城小学恢复上课家长排队孩子，。0123456789", max_size=400)
spaces = st.sampled_from([" ", "\u3000", "\n", "  "])


def texted(text: str) -> tuple[Block, ...]:
    return (paragraph(text),)


@pytest.mark.parametrize(
    "changes",
    [
        {"tags": ("钟声",)},
        {"category": "p9"},
        {"rights": "版权所有"},
        {"short_url": "https://xzw.name/1"},
        {"title": "河边的 钟声"},
        {"authors": ("周某",)},
        {"source": "某通讯社"},
        {"editor": "周某"},
        {"blocks": (paragraph("老人每天早晨"), paragraph("到河边听钟声。"), *OLD.blocks[1:])},
        {"blocks": (paragraph("老人每天 早晨到河边听\u3000钟声。", strong=True), *OLD.blocks[1:])},
        {"blocks": (Heading((Span("老人每天早晨到河边听钟声。"),)), *OLD.blocks[1:])},
        {"blocks": (paragraph("老人每天早晨到河边听钟声。", href="https://ad.example/?id=7"), *OLD.blocks[1:])},
        {"blocks": (OLD.blocks[0], replace(PICTURE, src=f"{PICTURE.src}?v=2", alt="钟"), OLD.blocks[2])},
        {"blocks": (OLD.blocks[0], replace(PICTURE, src=PICTURE.src.replace("img3", "img7")), OLD.blocks[2])},
    ],
)
def test_same_text(changes: dict[str, object]) -> None:
    assert same_text(OLD, replace(OLD, **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "河边的鼓声"},
        {"blocks": (paragraph("老人每天早晨到河边听鼓声。"), *OLD.blocks[1:])},
        {"blocks": (*OLD.blocks, paragraph("更正：钟声没有停。"))},
        {"blocks": (OLD.blocks[0], replace(PICTURE, caption=(Span("钟楼"),)), OLD.blocks[2])},
        {"blocks": OLD.blocks[:1]},
        {"blocks": (*OLD.blocks, Picture("https://img3.secretchina.com/pic/2021/b.jpg"))},
        {"blocks": (*OLD.blocks, Embed("https://video.example/1"))},
        {"blocks": (*OLD.blocks, Table((((Span("钟"),), (Span("鼓"),)),)))},
        {"blocks": (*OLD.blocks[:2], Quote((paragraph("钟声响了。"),)))},
        {"blocks": (*OLD.blocks, ListBlock(((PICTURE,),)))},
    ],
)
def test_another_text(changes: dict[str, object]) -> None:
    assert not same_text(OLD, replace(OLD, **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("old", "new", "rewritten"),
    [
        (STORY, STORY, False),
        (STORY, STORY.replace("老人", "老妇"), False),
        (STORY, STORY[: len(STORY) // 2], False),
        (STORY, STORY[: len(STORY) // 4], True),
        (STORY, OTHER, True),
        (STORY, "", True),
        (STORY, STORY[: int(len(STORY) * 0.3)] + OTHER[: int(len(STORY) * 0.7)], True),
        (STORY, STORY[: int(len(STORY) * 0.45)] + OTHER[: int(len(STORY) * 0.55)], False),
        (STORY, STORY + OTHER, False),
        (STORY, OTHER + STORY + OTHER, False),
        (STORY, STORY + OTHER * GROWTH * 2, True),
        (STORY[: GROWING - 1], STORY + OTHER * GROWTH, False),
        (STORY[:150], OTHER, True),
        ("钟声", "鼓声", True),
        ("钟", "鼓", True),
        ("", STORY, False),
        ("", "", False),
    ],
)
def test_rewrite(old: str, new: str, rewritten: bool) -> None:
    assert bool(find_rewrite(article(blocks=texted(old)), article(blocks=texted(new)))) is rewritten


def test_rewrite_is_told_in_words() -> None:
    old = article(blocks=texted(STORY))

    assert find_rewrite(old, article(blocks=texted(OTHER))) == "100% of its text is not what was published"
    assert find_rewrite(old, article(blocks=texted(STORY * 7))) == "it has grown to 7 times its length"


@settings(max_examples=50)
@given(texts, texts)
def test_share_lies_between_nothing_and_all(old: str, new: str) -> None:
    assert 0.0 <= lost_share(article(blocks=texted(old)), article(blocks=texted(new))) <= 1.0


@settings(max_examples=50)
@given(texts)
def test_nothing_is_lost_of_the_same_text(text: str) -> None:
    assert lost_share(article(blocks=texted(text)), article(blocks=texted(text))) == 0.0


@settings(max_examples=50)
@given(texts, texts, texts)
def test_what_is_added_before_and_after_loses_nothing(before: str, text: str, after: str) -> None:
    grown = article(blocks=(paragraph(before), *texted(text), paragraph(after)))

    assert lost_share(article(blocks=texted(text)), grown) == 0.0


@settings(max_examples=50)
@given(texts)
def test_all_is_lost_in_other_letters(text: str) -> None:
    assert lost_share(article(blocks=texted("鼓楼钟" * 9)), article(blocks=texted(text))) == 1.0


@settings(max_examples=50)
@given(st.text("山城小学恢复上课", min_size=SHINGLE, max_size=300), st.data())
def test_each_inserted_piece_costs_three_runs_at_most(text: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(text)))
    old, new = article(blocks=texted(text)), article(blocks=texted(f"{text[:place]}（更正：不是）{text[place:]}"))

    assert lost_share(old, new) * (len(text) - SHINGLE + 1) <= SHINGLE - 1 + 1e-9


@settings(max_examples=50)
@given(st.lists(texts, max_size=5), st.lists(spaces, min_size=5, max_size=5))
def test_layout_is_no_change(parts: list[str], between: list[str]) -> None:
    one = article(blocks=tuple(Paragraph((Span(part),)) for part in parts))
    other = article(blocks=texted("".join(space + part for space, part in zip(between, parts, strict=False))))

    assert same_text(one, other)
    assert lost_share(one, other) == 0.0


@settings(max_examples=50)
@given(texts, texts)
def test_growth_is_a_ratio_of_lengths(old: str, new: str) -> None:
    found = growth(article(blocks=texted(old)), article(blocks=texted(new)))

    assert found == (len(new) / len(old) if len(old) >= GROWING else 1.0)


def test_limit_is_the_published_one() -> None:
    assert CHANGE == 0.6
