from datetime import UTC, date, datetime

from newsmirror.lists import Entry, Listing, Subject, month_lists, newest_list, subjects, touched
from tests.samples import row

P1 = Subject("category", "p1")
RIVER = Subject("tag", "河边")


def test_stem_of_a_category() -> None:
    assert P1.stem == "indexes/p1"


def test_stem_of_a_tag() -> None:
    assert RIVER.stem == "tags/68/河边"


def test_subjects_are_category_and_tags() -> None:
    assert subjects(row(tags=("河边", "钟"))) == [P1, RIVER, Subject("tag", "钟")]


def test_subject_of_a_row_without_category() -> None:
    assert subjects(row(category=None)) == [Subject("category", "other")]


def test_touched_collects_the_months_of_each_subject() -> None:
    rows = [row(tags=("河边",)), row(id=2, published=datetime(2022, 1, 5, tzinfo=UTC))]
    assert touched(rows) == {P1: {"2021-12", "2022-01"}, RIVER: {"2021-12"}}


def test_touched_counts_months_in_the_zone_of_the_source() -> None:
    assert touched([row(published=datetime(2021, 12, 31, 16, 0, tzinfo=UTC))]) == {P1: {"2022-01"}}


def test_touched_by_nothing() -> None:
    assert touched([]) == {}


def test_entry_of_a_row() -> None:
    assert Entry.of(row(), "看大陆") == Entry(date(2021, 12, 17), "河边的钟声", "pages/2021/12/17/990001.md", "看大陆")


def test_newest_list() -> None:
    found = newest_list(P1, "看大陆", [row()], ["2021-12", "2021-11"])
    assert found == Listing(
        path="indexes/p1.md",
        title="看大陆",
        entries=(Entry(date(2021, 12, 17), "河边的钟声", "pages/2021/12/17/990001.md"),),
        months=(("2021-12", "indexes/p1/2021-12.md"), ("2021-11", "indexes/p1/2021-11.md")),
    )


def test_month_list_of_one_part() -> None:
    found = month_lists(P1, "看大陆", "2021-12", [row(title="旧"), row(title="新")])
    assert found == [
        Listing(
            path="indexes/p1/2021-12.md",
            title="看大陆 2021-12",
            entries=(
                Entry(date(2021, 12, 17), "新", "pages/2021/12/17/990001.md"),
                Entry(date(2021, 12, 17), "旧", "pages/2021/12/17/990001.md"),
            ),
            parent=("看大陆", "indexes/p1.md"),
            parts=("indexes/p1/2021-12.md",),
        )
    ]


def test_month_list_of_200_is_one_part() -> None:
    assert len(month_lists(P1, "看大陆", "2021-12", [row()] * 200)) == 1


def test_month_list_over_200_begins_a_part_and_leaves_the_first_full() -> None:
    rows = [row(title=f"第{number}篇") for number in range(1, 202)]
    found = month_lists(P1, "看大陆", "2021-12", rows)
    described = [(part.path, len(part.entries), part.entries[0].title, part.entries[-1].title) for part in found]
    assert described == [
        ("indexes/p1/2021-12.md", 200, "第200篇", "第1篇"),
        ("indexes/p1/2021-12-2.md", 1, "第201篇", "第201篇"),
    ]


def test_parts_of_a_month_name_each_other() -> None:
    found = month_lists(P1, "看大陆", "2021-12", [row()] * 201)
    assert [part.parts for part in found] == [("indexes/p1/2021-12.md", "indexes/p1/2021-12-2.md")] * 2


def test_month_list_of_nothing() -> None:
    assert month_lists(P1, "看大陆", "2021-12", []) == []
