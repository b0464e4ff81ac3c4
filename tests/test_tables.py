import pytest

from newsmirror.exceptions import HostileError
from newsmirror.items import BREAK, Block, Picture, Quote, Span, Table
from newsmirror.tables import MAX_CELLS
from tests.samples import blocks_of, paragraph

A = "https://img3.secretchina.com/a.jpg"
IMG = '<img src="//img3.secretchina.com/a.jpg">'


def table(*rows: str) -> Table:
    """A table of rows that are written as words with spaces between them; ``-`` is an empty cell."""
    return Table(tuple(tuple(() if word == "-" else (Span(word),) for word in row.split()) for row in rows))


def cells(body: str) -> tuple[Block, ...]:
    return blocks_of(f"<table>{body}</table>")


def test_cell_over_two_columns() -> None:
    assert cells("<tr><td colspan=2>甲</td></tr><tr><td>一</td><td>二</td></tr>") == (table("甲 -", "一 二"),)


def test_cell_over_two_rows() -> None:
    body = "<tr><td rowspan=2>甲</td><td>一</td></tr><tr><td>二</td></tr><tr><td>乙</td><td>三</td></tr>"

    assert cells(body) == (table("甲 一", "- 二", "乙 三"),)


def test_cell_over_two_rows_in_the_last_column() -> None:
    body = "<tr><td>甲</td><td rowspan=2>一</td></tr><tr><td>乙</td></tr><tr><td>丙</td><td>三</td></tr>"

    assert cells(body) == (table("甲 一", "乙 -", "丙 三"),)


@pytest.mark.parametrize("span", ["0", "-1", "x", "²", "99999999999999999999", ""])
def test_span_that_is_no_number_counts_as_one(span: str) -> None:
    assert cells(f'<tr><td colspan="{span}">甲</td><td>乙</td></tr>') == (table("甲 乙"),)


def test_caption_of_a_table_stands_before_it() -> None:
    assert cells("<caption>表一</caption><tr><td>甲</td><td>乙</td></tr>") == (paragraph("表一"), table("甲 乙"))


def test_text_between_rows_is_kept() -> None:
    found = cells("<tbody><tr>丙<td>甲</td><td>乙</td>丁</tr></tbody>")

    assert all(word in repr(found) for word in "甲乙丙丁")


def test_table_of_one_column_becomes_its_blocks() -> None:
    assert cells("<tr><td><p>一</p><blockquote>二</blockquote></td></tr><tr><td>三</td></tr>") == (
        paragraph("一"), Quote((paragraph("二"),)), paragraph("三"),
    )  # fmt: skip


def test_table_around_a_picture_becomes_its_blocks() -> None:
    assert cells(f"<tr><td>{IMG}</td></tr><tr><td>河边</td></tr>") == (Picture(A), paragraph("河边"))


def test_pictures_side_by_side_become_blocks() -> None:
    assert cells(f"<tr><td>{IMG}<br>甲</td><td>{IMG}<br>乙</td></tr>") == (
        Picture(A, caption=(Span("甲"),)), Picture(A, caption=(Span("乙"),)),
    )  # fmt: skip


def test_picture_in_a_large_table_becomes_a_link() -> None:
    row = f"<tr><td>{IMG}</td><td>一</td><td>二</td></tr>"

    assert cells(row * 3) == (Table((((Span("图片", href=A),), (Span("一"),), (Span("二"),)),) * 3),)


def test_cells_without_a_row_are_rows() -> None:
    assert cells("<tbody><td>甲<td>乙</tbody>") == (paragraph("甲"), paragraph("乙"))


def test_picture_between_rows_is_kept() -> None:
    assert cells(f"<tr><td>甲</td><td>乙</td></tr>{IMG}") == (Picture(A), table("甲 乙"))


def test_table_in_a_cell_keeps_its_text() -> None:
    inner = "<table><tr><td>一</td><td>二</td></tr></table>"

    assert cells(f"<tr><td>{inner}</td><td>甲</td></tr>") == (
        Table((((Span("一"), BREAK, Span("二")), (Span("甲"),)),)),
    )


def test_table_of_too_many_cells_is_refused() -> None:
    rows = '<tr><td colspan="100">甲</td><td>乙</td></tr>' * (MAX_CELLS // 100)

    with pytest.raises(HostileError, match="cells"):
        cells(rows)
