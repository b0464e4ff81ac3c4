from datetime import UTC, date, datetime

from newsmirror.lists import (
    PART_BYTES,
    USUAL_TAGS,
    Entry,
    Listing,
    Subject,
    TagEntry,
    month_lists,
    neighbours,
    newest_list,
    parted,
    subjects,
    touched,
    usual_tags,
)
from tests.samples import row

P1 = Subject("category", "p1")
RIVER = Subject("tag", "河边")
MONTHS = ["2022-03", "2022-02", "2021-12", "2021-10", "2021-09"]


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
    found = newest_list(P1, "看大陆", [Entry.of(row())], ["2021-12", "2021-11"])
    assert found == Listing(
        path="indexes/p1.md",
        title="看大陆",
        entries=(Entry(date(2021, 12, 17), "河边的钟声", "pages/2021/12/17/990001.md"),),
        months=(("2021-12", "indexes/p1/2021-12.md"), ("2021-11", "indexes/p1/2021-11.md")),
        earlier=("2021-12", "indexes/p1/2021-12.md"),
    )


def test_newest_list_that_names_everything_leads_to_nothing_earlier() -> None:
    assert newest_list(P1, "看大陆", [Entry.of(row())], ["2021-12"], is_all=True).earlier is None
    assert newest_list(RIVER, "河边", [Entry.of(row())], []).earlier is None


def test_month_list_of_one_part() -> None:
    found = month_lists(P1, "看大陆", "2021-12", [Entry.of(row(title="旧")), Entry.of(row(title="新"))], MONTHS)
    assert found == [
        Listing(
            path="indexes/p1/2021-12.md",
            title="看大陆 2021-12",
            entries=(
                Entry(date(2021, 12, 17), "新", "pages/2021/12/17/990001.md"),
                Entry(date(2021, 12, 17), "旧", "pages/2021/12/17/990001.md"),
            ),
            parent=("看大陆", "indexes/p1.md"),
            older=("2021-10", "indexes/p1/2021-10.md"),
            newer=("2022-02", "indexes/p1/2022-02.md"),
            parts=("indexes/p1/2021-12.md",),
            by_day=True,
        )
    ]


def test_month_list_of_200_is_one_part() -> None:
    assert len(month_lists(P1, "看大陆", "2021-12", [Entry.of(row())] * 200, MONTHS)) == 1


def test_month_list_over_200_begins_a_part_and_leaves_the_first_full() -> None:
    rows = [Entry.of(row(title=f"第{number}篇")) for number in range(1, 202)]
    found = month_lists(P1, "看大陆", "2021-12", rows, MONTHS)
    described = [(part.path, len(part.entries), part.entries[0].title, part.entries[-1].title) for part in found]
    assert described == [
        ("indexes/p1/2021-12.md", 200, "第200篇", "第1篇"),
        ("indexes/p1/2021-12-2.md", 1, "第201篇", "第201篇"),
    ]


def test_parts_of_a_month_name_each_other() -> None:
    found = month_lists(P1, "看大陆", "2021-12", [Entry.of(row())] * 201, MONTHS)
    assert [part.parts for part in found] == [("indexes/p1/2021-12.md", "indexes/p1/2021-12-2.md")] * 2


def test_month_list_of_nothing() -> None:
    assert month_lists(P1, "看大陆", "2021-12", [], MONTHS) == []


def test_months_of_a_tag_have_no_days() -> None:
    assert not month_lists(RIVER, "河边", "2021-12", [Entry.of(row())], MONTHS)[0].by_day


def test_neighbours_at_both_ends() -> None:
    assert neighbours("2022-03", MONTHS) == (None, "2022-02")
    assert neighbours("2021-09", MONTHS) == ("2021-10", None)
    assert neighbours("2021-09", []) == (None, None)


def test_usual_tags_are_those_of_most_articles_with_a_page() -> None:
    rows = [
        row(tags=("钟",)),
        row(tags=("桥", "钟")),
        row(tags=("桥", "钟")),
        row(tags=("桥", "少")),
        row(tags=("少",)),
    ]
    assert usual_tags(rows) == ["桥", "钟"]
    assert len(usual_tags([row(tags=tuple(f"第{number}" for number in range(40)))] * 3)) == USUAL_TAGS


def test_parted_fills_each_part_and_loses_nothing() -> None:
    entries = [TagEntry(f"标签{number}" * 8, ("pages/2021/12/17/990001.md",)) for number in range(4000)]
    parts = parted(entries, 0)
    assert [entry for part in parts for entry in part] == entries
    assert len(parts) > 3
    assert all(sum(entry.size for entry in part) <= PART_BYTES for part in parts)


def test_parted_keeps_as_many_parts_as_there_were() -> None:
    assert parted([TagEntry("钟", ("a",))], 3) == [[TagEntry("钟", ("a",))], [], []]
    assert parted([], 0) == [[]]


def test_parted_takes_an_entry_that_is_larger_than_a_part() -> None:
    large = TagEntry("钟" * PART_BYTES, ())
    assert parted([large, large], 0) == [[large], [large]]
