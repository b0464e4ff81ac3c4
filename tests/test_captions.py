import pytest

from newsmirror.captions import join_captions
from newsmirror.items import BREAK, Block, Picture, Span
from tests.samples import blocks_of, paragraph

A = "https://img3.secretchina.com/a.jpg"
B = "https://img3.secretchina.com/b.jpg"
IMG_A = '<img src="//img3.secretchina.com/a.jpg">'
IMG_B = '<img src="//img3.secretchina.com/b.jpg">'


def picture(src: str, caption: str = "") -> Picture:
    return Picture(src, caption=(Span(caption),) if caption else ())


@pytest.mark.parametrize(
    "caption",
    [
        "河边（图片来源：某社）",
        "河边(图片来源:A/B via Getty Images ）",
        "河边。（网络图片）",
        "河边（视频截图）",
        "河邊（圖片來源：某社）",
        "河边（绘图：某某/某社）",
        "（以下图片来源：某社）",
        "河边（图片来源：某社（资料图））",
    ],
)
def test_credit_in_a_paragraph_of_its_own_is_the_caption(caption: str) -> None:
    assert join_captions((picture(A), paragraph(caption))) == (picture(A, caption),)


@pytest.mark.parametrize(
    "text", ["老人说，图片来源很清楚。", "老人（某社）听钟。", "他拍了照（图）", "河" * 300 + "（图片来源：某社）"]
)
def test_paragraph_that_is_no_caption(text: str) -> None:
    assert join_captions((picture(A), paragraph(text))) == (picture(A), paragraph(text))


def test_picture_with_a_caption_takes_no_second_one() -> None:
    blocks: tuple[Block, ...] = (picture(A, "河边"), paragraph("又一张（图片来源：某社）"))

    assert join_captions(blocks) == blocks


def test_credit_behind_two_pictures_belongs_to_the_last() -> None:
    assert blocks_of(f"<p>{IMG_A}</p><p>{IMG_B}</p><p>河边（图片来源：某社）</p>") == (
        picture(A), picture(B, "河边（图片来源：某社）"),
    )  # fmt: skip


def test_figure_with_any_caption() -> None:
    assert blocks_of(f"<figure>{IMG_A}<figcaption>河边</figcaption></figure>") == (picture(A, "河边"),)


def test_figure_with_the_caption_above() -> None:
    assert blocks_of(f"<figure><figcaption>河边</figcaption>{IMG_A}</figure>") == (picture(A, "河边"),)


def test_caption_of_two_lines() -> None:
    assert blocks_of(f"<p>{IMG_A}<br>甲<br>乙</p>") == (Picture(A, caption=(Span("甲"), BREAK, Span("乙"))),)


def test_caption_inside_a_link_around_the_picture() -> None:
    found = blocks_of(f'<p><a href="https://example.org/">{IMG_A}<br>河边</a></p>')

    assert found == (Picture(A, caption=(Span("河边", href="https://example.org/"),)),)


def test_pictures_inside_strong_and_several_in_a_paragraph() -> None:
    found = blocks_of(f'<p style="text-align:center"><strong>{IMG_A}</strong><br><strong>{IMG_B}</strong><br>河边</p>')

    assert found == (picture(A), picture(B, "河边"))
