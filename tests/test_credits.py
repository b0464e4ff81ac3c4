import pytest
from lxml import html

from newsmirror.credits import authors_of, paragraphs_of, source_and_editor


def test_paragraphs_without_text_are_left_out() -> None:
    body = html.fragment_fromstring("<div><p>一\n二</p><p> </p><p><img></p><p>三</p></div>")

    assert paragraphs_of(body) == ["一\n二", "三"]


@pytest.mark.parametrize(
    ("header", "paragraphs", "authors"),
    [
        (["作者：王小明 李大力 王小明\n"], [], ("王小明", "李大力")),
        ([], ["【看中国2020年8月18日讯】（看中国记者王小明综合报导）一。"], ("王小明",)),
        ([], ["一。", "二。", "三。", "四。", "（看中国记者王小明报导）"], ("王小明",)),
        ([], ["一。", "二。", "三。", "（看中国记者王小明报导）", "五。", "六。"], ()),
        (["2020-08-18 08:30"], ["（看中國記者王小明、李大力編譯/綜合報導）"], ("王小明", "李大力")),
    ],
)
def test_authors(header: list[str], paragraphs: list[str], authors: tuple[str, ...]) -> None:
    assert authors_of(header, paragraphs, outlet="看中[国國古]?") == authors


@pytest.mark.parametrize(
    ("paragraphs", "names"),
    [
        (["一。", "来源:看中国"], ("看中国", None)),
        (["一。", "责任编辑:王小明"], (None, "王小明")),
        (["一。", "责任编辑:王小明\n来源:看中国"], ("看中国", "王小明")),
        (["一。", "来源：某书", "来源:看中国"], ("看中国", None)),
        (["来源：某书", "一。", "二。", "三。", "四。", "五。", "六。"], (None, None)),
        (["一。", "来源:看中国，" + "河" * 80], (None, None)),
    ],
)
def test_source_and_editor(paragraphs: list[str], names: tuple[str | None, str | None]) -> None:
    assert source_and_editor(paragraphs) == names
