import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from newsmirror.catalog import LAST
from newsmirror.exceptions import NoSpaceError, StateError
from newsmirror.items import Row
from newsmirror.lists import Subject
from newsmirror.store import Pending, Store
from tests.samples import URL, row

P1 = Subject("category", "p1")
RIVER = Subject("tag", "河边")
NOW = datetime(2021, 12, 18, 12, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "state.db")
    yield opened
    opened.close()


def at(day: int, hour: int = 0) -> datetime:
    return datetime(2021, 12, day, hour, tzinfo=UTC)


def ids(store: Store, subject: Subject | None, limit: int = 10) -> list[int]:
    return [found.id for found in store.newest(subject, limit)]


def test_new_store_is_empty(store: Store) -> None:
    assert (store.count(), store.commit_id(), store.pending(), store.categories()) == (0, None, [], set())


def test_put_and_get(store: Store) -> None:
    store.put([row(tags=("河边",))])
    assert store.get(990001) == row(tags=("河边",))


def test_get_of_an_unknown_article(store: Store) -> None:
    assert store.get(1) is None


def test_knows(store: Store) -> None:
    store.put([row()])
    assert (store.knows(990001), store.knows(1)) == (True, False)


def test_put_replaces_an_article_and_its_tags(store: Store) -> None:
    store.put([row(tags=("河边",))])
    store.put([row(title="新", tags=("钟",))])
    assert (store.count(), ids(store, RIVER), ids(store, Subject("tag", "钟"))) == (1, [], [990001])


def test_put_forgets_the_failures_of_an_article(store: Store) -> None:
    store.add_failures([(URL, "http")], NOW)
    store.put([row()])
    assert store.failures() == {}


def test_newest_is_ordered_by_time_and_limited(store: Store) -> None:
    store.put([row(id=1, published=at(1)), row(id=2, published=at(3))])
    store.put([row(id=3, published=at(2)), row(id=4, published=at(3))])
    assert ids(store, None, 3) == [4, 2, 3]


def test_newest_of_a_category(store: Store) -> None:
    store.put([row(id=1), row(id=2, category="p9"), row(id=3, category=None)])
    assert (ids(store, P1), ids(store, Subject("category", "other"))) == ([1], [3])


def test_newest_of_a_tag(store: Store) -> None:
    store.put([row(id=1, tags=("河边",), published=at(1)), row(id=2, tags=("钟", "河边"), published=at(2)), row(id=3)])
    assert ids(store, RIVER) == [2, 1]


@pytest.mark.parametrize("subject", [P1, RIVER])
def test_month_is_oldest_first(store: Store, subject: Subject) -> None:
    store.put(
        [
            row(id=1, tags=("河边",), published=at(9)),
            row(id=2, tags=("河边",), published=at(8)),
            row(id=3, tags=("河边",), published=datetime(2022, 1, 9, tzinfo=UTC)),
        ]
    )
    assert [found.day.day for found in store.month(subject, "2021-12")] == [8, 9]


@pytest.mark.parametrize("subject", [P1, RIVER])
def test_months_are_newest_first_in_the_zone_of_the_source(store: Store, subject: Subject) -> None:
    store.put(
        [
            row(id=1, tags=("河边",), published=at(9)),
            row(id=2, tags=("河边",), published=at(8)),
            row(id=3, tags=("河边",), published=at(31, 16)),
        ]
    )
    assert store.months(subject) == ["2022-01", "2021-12"]


def test_day_is_that_of_beijing_and_by_id(store: Store) -> None:
    store.put([row(id=2, published=at(17)), row(id=1, published=at(17, 1)), row(id=3, published=at(17, 16))])
    assert [found.id for found in store.day("2021-12-17")] == [1, 2]


def test_categories_and_has_tag(store: Store) -> None:
    store.put([row(id=1, tags=("河边",)), row(id=2, category=None)])
    assert (store.categories(), store.has_tag("河边"), store.has_tag("钟")) == ({"p1", "other"}, True, False)


def test_tags_between_names_rare_ones_with_their_articles(store: Store) -> None:
    store.put(
        [
            row(id=1, tags=("河边", "桥", "钟\U0001f600"), published=at(1)),
            row(id=2, tags=("河边", "桥"), published=at(2)),
            row(id=3, tags=("河边", "钟"), published=at(3), path="pages/other/3.md"),
        ]
    )
    first = "pages/2021/12/17/990001.md"
    assert store.tags_between("桥", "钟" + LAST, 3) == {
        "桥": [first, first], "河边": [], "钟": ["pages/other/3.md"], "钟\U0001f600": [first],
    }  # fmt: skip
    assert store.tags_between("桥", "钟", 2) == {"桥": [], "河边": []}
    assert store.tags_between("桦", "桨", 3) == {}


def test_first_characters_in_the_order_of_code_points(store: Store) -> None:
    store.put([row(tags=("钟声", "钟", "钟" + LAST, "A", "a", "\U0001f600", "桥")), row(id=2, tags=("钟楼", "5G"))])
    assert list(store.first_characters()) == ["5", "A", "a", "桥", "钟", "\U0001f600"]


def test_first_characters_of_no_tags(store: Store) -> None:
    assert list(store.first_characters()) == []


def test_transaction_that_fails_leaves_no_trace(store: Store) -> None:
    def fail() -> None:
        with store.transaction():
            store.put([row(tags=("河边",))])
            store.set_commit("a" * 40)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert (store.count(), store.commit_id(), store.has_tag("河边")) == (0, None, False)


def test_transaction_is_there_when_the_file_is_opened_again(tmp_path: Path) -> None:
    first = Store(tmp_path / "state.db")
    with first.transaction():
        first.put([row()])
        first.set_commit("a" * 40)
    first.close()
    second = Store(tmp_path / "state.db")
    found = second.get(990001), second.commit_id(), second.damaged
    second.close()
    assert found == (row(), "a" * 40, False)


def test_rebuild_forgets_what_was_known(store: Store) -> None:
    store.put([row(id=1, tags=("河边",))])
    assert store.rebuild([row(id=2), row(id=3)], "b" * 40) == 2
    assert (store.knows(1), store.has_tag("河边"), store.commit_id()) == (False, False, "b" * 40)


def test_rebuild_keeps_failures_and_pending(store: Store) -> None:
    store.add_failures([("https://x.example/", "http")], NOW)
    store.set_pending([Pending(URL, "article")])
    store.rebuild([], "b" * 40)
    assert (store.failures(), store.pending()) == ({"https://x.example/": ("http", 1)}, [Pending(URL, "article")])


def test_failures_are_counted_with_the_last_reason(store: Store) -> None:
    store.add_failures([(URL, "http")], NOW)
    store.add_failures([(URL, "layout")], NOW)
    assert store.failures() == {URL: ("layout", 2)}


def test_address_without_failure_is_due(store: Store) -> None:
    assert store.is_due(URL, NOW)


@pytest.mark.parametrize(
    ("failures", "wait"),
    [
        (1, timedelta(hours=1)),
        (2, timedelta(hours=2)),
        (3, timedelta(hours=4)),
        (8, timedelta(hours=128)),
        (9, timedelta(days=7)),
        (100, timedelta(days=7)),
    ],
)
def test_failed_address_is_due_after_a_growing_wait(store: Store, failures: int, wait: timedelta) -> None:
    for _ in range(failures):
        store.add_failures([(URL, "http")], NOW)
    due = [store.is_due(URL, NOW + wait - timedelta(seconds=1)), store.is_due(URL, NOW + wait)]
    assert due == [False, True]


@pytest.mark.parametrize(
    ("ahead", "due"), [(timedelta(days=2), False), (timedelta(days=8), True), (timedelta(days=3650), True)]
)
def test_failure_noted_by_a_clock_that_was_ahead(store: Store, ahead: timedelta, due: bool) -> None:
    store.add_failures([(URL, "http")], NOW + ahead)
    assert store.is_due(URL, NOW) is due


def test_pending_is_replaced(store: Store) -> None:
    store.set_pending([Pending("https://x.example/", "list")])
    store.set_pending([Pending(URL, "article", "p1", NOW), Pending(URL, "article")])
    assert store.pending() == [Pending(URL, "article", "p1", NOW)]


def test_damaged_file_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / "state.db").write_bytes(b"no database" * 1000)
    store = Store(tmp_path / "state.db")
    found = store.damaged, store.count()
    store.close()
    assert found == (True, 0)
    assert (tmp_path / "state.damaged").read_bytes() == b"no database" * 1000


def test_doubtful_file_is_read_as_a_whole(tmp_path: Path) -> None:
    store = Store(tmp_path / "state.db")
    store.put(row(id=number, title=f"{number}" * 200) for number in range(2000))
    store.close()
    pages = bytearray((tmp_path / "state.db").read_bytes())
    pages[40 * 4096 : 41 * 4096] = b"\xff" * 4096
    (tmp_path / "state.db").write_bytes(pages)
    opened = [Store(tmp_path / "state.db", doubtful=doubtful) for doubtful in (False, True)]
    found = [(store.damaged, store.count()) for store in opened]
    for store in opened:
        store.close()
    assert found[1] == (True, 0)
    assert not found[0][0]


@pytest.mark.parametrize("content", [b"", b"\0" * 8192])
def test_emptied_file_is_an_empty_state(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "state.db").write_bytes(content)
    store = Store(tmp_path / "state.db")
    found = store.count(), store.commit_id()
    store.close()
    assert found == (0, None)


def test_damage_found_in_a_transaction_leaves_an_empty_state(tmp_path: Path) -> None:
    store = Store(tmp_path / "state.db")
    store.put([row()])
    with pytest.raises(StateError, match="the state file is damaged"), store.transaction():
        raise sqlite3.DatabaseError("database disk image is malformed")
    found = store.count()
    store.close()
    assert found == 0
    assert (tmp_path / "state.damaged").exists()


def test_full_disk_in_a_transaction_takes_it_back(store: Store) -> None:
    store._db.execute("PRAGMA max_page_count = 20")
    with pytest.raises(NoSpaceError, match="database or disk is full"), store.transaction():
        store.put(row(id=number, title=f"{number}" * 200) for number in range(2000))
    assert store.count() == 0


def test_file_in_a_missing_folder_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(NoSpaceError, match="state file cannot be written"):
        Store(tmp_path / "none" / "state.db")


@pytest.mark.parametrize(
    "unusual",
    [
        row(id=12, url="https://www.secretchina.com/news/gb/2021/12/17/12.html", path="pages/p1/12.md"),
        row(id=1, url="https://www.secretchina.com/news/gb/2021/12/17/11.html", path="pages/2020/12/17/1.md"),
        row(title="", tags=("a\nb", "“一”"), category=None, date_only=True, digest="no digest"),
        row(digest="ABCD" * 16),
    ],
)
def test_every_row_comes_back(store: Store, unusual: Row) -> None:
    store.put([row(id=2), unusual])

    assert store.get(unusual.id) == unusual


def test_a_form_of_a_transaction_taken_back_is_not_used_again(store: Store) -> None:
    def fail() -> None:
        with store.transaction():
            store.put([row(path="pages/p1/990001.md")])
            assert store.get(990001)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    store.put([row(id=1, path="a/1.md"), row(id=2, path="b/2.md"), row(id=3, path="pages/p1/3.md")])

    assert [found.path for found in store.rows()] == ["a/1.md", "b/2.md", "pages/p1/3.md"]


def test_all_there_is(store: Store) -> None:
    store.put(
        [row(id=2, published=at(3), tags=("钟", "河边")), row(id=1, published=at(1), category=None, tags=("钟",))]
    )

    assert [found.id for found in store.rows()] == [1, 2]
    assert set(store.subjects()) == {P1, Subject("category", "other"), Subject("tag", "钟"), RIVER}
    assert list(store.days()) == [date(2021, 12, 1), date(2021, 12, 3)]


def test_has_over(store: Store) -> None:
    store.put([row(id=1, tags=("河边",)), row(id=2, tags=("河边",))])

    assert [store.has_over(RIVER, 1), store.has_over(RIVER, 2), store.has_over(P1, 1)] == [True, False, True]


def test_state_of_another_version_forgets_its_articles_only(tmp_path: Path) -> None:
    old = Store(tmp_path / "state.db")
    old.put([row()])
    old.set_commit("a" * 40)
    old.add_failures([("https://x.example/", "http")], NOW)
    old.close()
    with closing(sqlite3.connect(tmp_path / "state.db")) as db:
        db.execute("PRAGMA user_version = 9")

    store = Store(tmp_path / "state.db")
    found = store.count(), store.commit_id(), store.failures(), store.damaged
    store.close()

    assert found == (0, None, {"https://x.example/": ("http", 1)}, False)


def test_every_question_of_a_run_walks_an_index(store: Store) -> None:
    """No scan of a table and, but for the few rows of an answer, no sorting, whatever the size of the archive."""
    store.put([row(id=number, tags=("河边",), published=at(number)) for number in range(1, 20)])
    asked: list[str] = []
    store._db.set_trace_callback(asked.append)
    for subject in (P1, RIVER):
        store.newest(subject, 200)
        store.newest_entries(subject, 200)
        store.month(subject, "2021-12")
        store.months(subject)
        store.has_over(subject, 200)
    store.newest(None, 30)
    store.day("2021-12-17")
    store.categories()
    store.get(1)
    store._db.set_trace_callback(None)

    plans = {query: [line[3] for line in store._db.execute(f"EXPLAIN QUERY PLAN {query}")] for query in asked}

    scans = [
        (query, step) for query, plan in plans.items() for step in plan if re.match(r"SCAN (?:articles|tags|a)\b", step)
    ]
    assert [(query, step) for query, step in scans if "INDEX articles_published" not in step] == []
