"""Looks in the state: real SQLite."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsmirror.looks import EDITS_PERIOD, LATE, Look
from newsmirror.store import Store
from tests.samples import row

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "state.sqlite")
    yield opened
    opened.close()


def ids(store: Store, now: datetime = NOW, limit: int = 9) -> list[int]:
    return [look.id for look in store.due_looks(now, limit)]


def test_look_comes_back_as_it_was(store: Store) -> None:
    look = Look(7, NOW, NOW - HOUR, NOW + DAY, missing=NOW - DAY, gone=True, failed=3, etag='W/"a"', modified="Tue")
    bare = Look(8, NOW, NOW, NOW)

    store.set_look(7, look)
    store.set_look(8, bare)

    assert (store.look(7), store.look(8), store.look(9)) == (look, bare, None)


def test_look_is_replaced_and_taken_out(store: Store) -> None:
    store.set_look(7, Look(7, NOW, NOW, NOW))
    store.set_look(7, Look(7, NOW + DAY, NOW, NOW))
    assert ids(store) == []
    store.set_look(7, None)
    assert store.look(7) is None


def test_due_looks_are_those_at_the_newest_articles(store: Store) -> None:
    for number in range(1, 6):
        store.set_look(number, Look(number, NOW - HOUR * number, NOW, NOW))
    store.set_look(6, Look(6, NOW + HOUR, NOW, NOW))
    store.set_look(7, Look(7, NOW - LATE, NOW, NOW))

    assert ids(store, limit=3) == [5, 4, 3]
    assert ids(store) == [5, 4, 3, 2, 1]
    assert ids(store, NOW + 3650 * DAY) == []  # a clock that is ahead asks for nothing


def test_looks_are_planned_at_young_articles_alone(store: Store) -> None:
    store.put([
        row(id=1, published=NOW - HOUR / 2), row(id=2, published=NOW - 4 * DAY), row(id=3, published=NOW - 2 * DAY),
        row(id=4, published=NOW - 3.5 * DAY, date_only=True), row(id=5, published=NOW + DAY),
    ])  # fmt: skip

    store.plan_looks(NOW)

    planned = [number for number in range(1, 6) if store.look(number)]
    assert planned == [1, 3, 4, 5]
    assert ids(store) == []
    assert ids(store, NOW + HOUR) == [5, 4, 3, 1]


def test_planning_again_changes_nothing(store: Store) -> None:
    store.put([row(id=1, published=NOW - HOUR)])
    store.plan_looks(NOW)
    look = store.look(1)

    store.plan_looks(NOW + HOUR / 2)

    assert store.look(1) == look


def test_last_look_is_not_planned_anew(store: Store) -> None:
    store.put([row(id=1, published=NOW - 3 * DAY), row(id=2, published=NOW - 3 * DAY, date_only=True)])
    store.set_look(1, None)

    store.plan_looks(NOW + HOUR)

    assert store.look(1) is None


def test_looks_that_are_over_are_forgotten(store: Store) -> None:
    store.set_look(1, Look(1, NOW - LATE, NOW, NOW))
    store.set_look(2, Look(2, NOW + 60 * DAY, NOW, NOW))  # made while a clock was ahead
    store.set_look(3, Look(3, NOW + 30 * DAY, NOW, NOW))

    store.plan_looks(NOW)

    assert [bool(store.look(number)) for number in (1, 2, 3)] == [False, False, True]


def test_edits_are_counted_for_a_day(store: Store) -> None:
    store.add_edits([1, 2], NOW - EDITS_PERIOD)
    store.add_edits([1], NOW - HOUR)
    store.add_edits([1], NOW)

    assert (store.edits(1, NOW), store.edits(2, NOW), store.edits(3, NOW)) == (2, 0, 0)
    store.plan_looks(NOW)
    assert store.edits(1, NOW - HOUR / 2) == 1  # what is over is forgotten


def test_due_looks_walk_an_index(store: Store) -> None:
    plan = store._db.execute("EXPLAIN QUERY PLAN SELECT id FROM looks WHERE due > 1 AND due <= 2").fetchall()

    assert "looks_due" in plan[0][3]
