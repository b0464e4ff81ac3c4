import pytest

from newsmirror.headings import with_headings
from newsmirror.items import BREAK, Block, Heading, Paragraph, Picture, Span
from tests.samples import paragraph

TEXT = paragraph("老人每天早晨到河边听钟声。")


def bold(text: str) -> Paragraph:
    return paragraph(text, strong=True)


def subheads(*blocks: Block) -> list[str]:
    return [block.spans[0].text for block in with_headings(blocks) if isinstance(block, Heading)]


@pytest.mark.parametrize(
    "text",
    [
        "钟声",
        "钟声为什么停了？",
        "老人说了什么！",
        "背景分析：",
        "一、",
        "（1）",
        "【01】什么叫听钟",
        "(一）勤快的人，必有好运",
        "1、多听钟声，少说闲话。",
        "①听清楚。",
        "●勤读书，要早起；学敲钟。",
        "第二、不借东西的人。",
        "河" * 40,
    ],
)
def test_bold_paragraph_that_is_a_subhead(text: str) -> None:
    assert subheads(TEXT, bold(text), TEXT) == [text]


@pytest.mark.parametrize(
    "text", ["他听见了钟声。", "他说：", "记者：", "网友表示：", "他听见，", "（图）", "【河边】", "……", "河" * 41]
)
def test_bold_paragraph_that_is_no_subhead(text: str) -> None:
    assert subheads(TEXT, bold(text), TEXT) == []


def test_subhead_is_not_bold_and_keeps_its_links() -> None:
    head = Paragraph((Span("钟", strong=True), Span("声", strong=True, href="https://example.org/")))

    assert with_headings((head, TEXT))[0] == Heading((Span("钟"), Span("声", href="https://example.org/")), 1)


def test_partly_bold_paragraph_is_no_subhead() -> None:
    assert subheads(Paragraph((Span("钟", strong=True), Span("声"))), TEXT) == []


def test_bold_verse_is_no_subhead() -> None:
    assert subheads(Paragraph((Span("钟", strong=True), BREAK, Span("声", strong=True))), TEXT) == []


def test_subhead_above_a_picture() -> None:
    assert subheads(bold("钟声"), Picture("https://img3.secretchina.com/a.jpg")) == ["钟声"]


def test_two_bold_paragraphs_in_a_row_are_subheads() -> None:
    assert subheads(bold("邻居三不要"), bold("第一、闲话"), TEXT) == ["邻居三不要", "第一、闲话"]


def test_three_bold_paragraphs_in_a_row_are_text() -> None:
    assert subheads(bold("甲"), bold("乙"), bold("丙"), TEXT) == []


@pytest.mark.parametrize("count", [1, 2])
def test_bold_paragraphs_with_nothing_behind_them_are_text(count: int) -> None:
    assert subheads(TEXT, *[bold("完")] * count) == []


def test_heading_element_with_nothing_behind_it_is_a_paragraph() -> None:
    heads = (Heading((Span("钟声"),), 1), TEXT, Heading((Span("完"),), 2), Heading((Span("原标题：钟声"),), 1))

    assert with_headings(heads) == (heads[0], TEXT, paragraph("完"), paragraph("原标题：钟声"))


def test_headings_begin_at_the_first_level_and_skip_none() -> None:
    blocks = (Heading((Span("甲"),), 4), TEXT, Heading((Span("乙"),), 2), TEXT, Heading((Span("丙"),), 4), TEXT)

    assert [block.level for block in with_headings(blocks) if isinstance(block, Heading)] == [1, 1, 2]


def test_subhead_stands_below_the_headings() -> None:
    blocks = with_headings((Heading((Span("甲"),), 2), TEXT, bold("乙"), TEXT))

    assert [block.level for block in blocks if isinstance(block, Heading)] == [1, 2]
