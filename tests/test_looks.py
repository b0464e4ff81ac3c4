"""The falling schedule of looks at published articles."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsmirror.looks import (
    EDITS_PERIOD,
    GONE_STEPS,
    LATE,
    LEAST_MISSING,
    LEAST_PAUSE,
    STEPS,
    Look,
    Seen,
    Sighting,
    are_missing,
    first_look,
    follow,
)

T = datetime(2026, 11, 23, 1, 14, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
END = T + STEPS[-1]


def seen(what: Seen, **marks: str) -> Sighting:
    return Sighting(1, what, **marks)


def dues(look: Look | None, what: Seen, late: timedelta = timedelta()) -> list[timedelta]:
    """When an article is looked at, counted from its publication, if each look finds the same."""
    found: list[timedelta] = []
    while look and len(found) < 50:
        found.append(look.due - T)
        look = look.after(seen(what), look.due + late)
    return found


def test_article_seen_at_once_is_looked_at_in_four_steps() -> None:
    assert dues(first_look(1, T, date_only=False, now=T), Seen.THERE) == list(STEPS)


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (timedelta(minutes=20), [HOUR / 3 + HOUR, HOUR / 3 + 6 * HOUR, HOUR / 3 + DAY, 3 * DAY]),
        (2 * HOUR, [3 * HOUR, 8 * HOUR, 26 * HOUR, 3 * DAY]),
        (2 * DAY, [49 * HOUR, 54 * HOUR, 3 * DAY]),
        (2.5 * DAY, [61 * HOUR, 66 * HOUR, 3 * DAY]),
        (3 * DAY - HOUR / 2, [3 * DAY + HOUR / 2]),
        (3 * DAY, []),
        (400 * DAY, []),
    ],
)
def test_article_seen_late_has_fewer_looks_left(age: timedelta, expected: list[timedelta]) -> None:
    assert dues(first_look(1, T, date_only=False, now=T + age), Seen.THERE) == expected


def test_time_in_the_future_counts_from_now() -> None:
    assert dues(first_look(1, T + DAY, date_only=False, now=T), Seen.THERE) == list(STEPS)


def test_of_a_day_its_end_counts() -> None:
    assert dues(first_look(1, T - 10 * HOUR, date_only=True, now=T), Seen.THERE) == list(STEPS)
    assert dues(first_look(1, T - 2 * DAY, date_only=True, now=T), Seen.THERE) == [HOUR, 6 * HOUR, DAY, 2 * DAY]
    assert first_look(1, T - 4 * DAY, date_only=True, now=T) is None


@given(st.timedeltas(min_value=-2 * DAY, max_value=9 * DAY), st.timedeltas(min_value=timedelta(), max_value=DAY))
def test_looks_fall_within_their_days_and_have_pauses(age: timedelta, late: timedelta) -> None:
    now = T + age
    found = dues(first_look(1, T, date_only=False, now=now), Seen.THERE, late)

    assert len(found) <= len(STEPS)
    assert all(later - earlier >= LEAST_PAUSE for earlier, later in zip([age, *found], found, strict=False))
    assert all(due <= max(STEPS[-1], max(age, timedelta()) + STEPS[-1]) + LEAST_PAUSE + late for due in found)


def test_one_missing_page_is_asked_for_a_day_later() -> None:
    look = Look(1, T, T, END, etag='"a"')

    first = look.after(seen(Seen.MISSING), T + HOUR)

    assert first == Look(1, T + HOUR + DAY, T, END, missing=T + HOUR)


def test_two_missing_pages_within_a_day_are_one() -> None:
    look = Look(1, T + DAY, T, END, missing=T)

    assert look.after(seen(Seen.MISSING), T + DAY - HOUR) == look


def test_page_that_is_missing_after_a_day_is_gone_and_asked_for_three_times_more() -> None:
    gone = Look(1, T + DAY, T, END, missing=T).after(seen(Seen.MISSING), T + DAY)

    assert gone
    assert gone.gone
    assert dues(gone, Seen.MISSING) == [DAY + step for step in GONE_STEPS]


@pytest.mark.parametrize("failures", [1, 3])
def test_what_says_nothing_of_the_article_neither_counts_nor_clears(failures: int) -> None:
    look: Look | None = Look(1, T + DAY, T, END, missing=T)
    now = T + DAY
    for _ in range(failures):
        assert look
        look = look.after(seen(Seen.FAILED), now)
        now = now + HOUR
        assert look
        assert (look.missing, look.gone) == (T, False)

    gone = look.after(seen(Seen.MISSING), now) if look else None

    assert gone
    assert gone.gone


def test_page_that_is_there_between_two_missing_ones_clears_them() -> None:
    look = Look(1, T + DAY, T, END, missing=T).after(seen(Seen.THERE), T + DAY)

    assert look
    assert (look.missing, look.due) == (None, T + 3 * DAY)


def test_article_that_comes_back_is_young_again() -> None:
    gone = Look(1, T, T - 3 * DAY, T + 27 * DAY, missing=T - 4 * DAY, gone=True)

    back = gone.after(seen(Seen.THERE, etag='"b"'), T)

    assert back == Look(1, T + HOUR, T, END, etag='"b"')


def test_failures_are_followed_by_growing_pauses_and_an_end() -> None:
    found = dues(Look(1, T, T, END), Seen.FAILED)

    assert found[:5] == [timedelta(), HOUR, 3 * HOUR, 7 * HOUR, 15 * HOUR]
    assert max(later - earlier for earlier, later in pairwise(found)) == DAY
    assert found[-1] <= STEPS[-1] + LATE
    assert len(dues(Look(1, T, T, END, missing=T, gone=True), Seen.FAILED)) <= (GONE_STEPS[-1] + LATE) / DAY + 5


def test_version_that_a_person_has_to_look_at_waits_for_the_next_step() -> None:
    assert Look(1, T, T, END, etag='"old"').after(seen(Seen.REFUSED), T + HOUR) == Look(
        1, T + 6 * HOUR, T, END, etag='"old"'
    )
    assert Look(1, T, T, END).after(seen(Seen.REFUSED), T + 3 * DAY) is None


def test_version_that_waits_is_asked_for_after_a_day_as_if_it_were_new() -> None:
    look = Look(1, T, T, END, etag='"old"').after(seen(Seen.HELD, etag='"new"'), T)

    assert look == Look(1, T + EDITS_PERIOD, T, END, etag='"old"')


@pytest.mark.parametrize("what", [Seen.THERE, Seen.FAILED, Seen.REFUSED])
def test_article_that_a_person_asked_for_gets_no_look_where_nothing_is_odd(what: Seen) -> None:
    assert follow(None, seen(what), T) is None


def test_article_that_a_person_asked_for_and_is_missing_gets_one_look() -> None:
    look = follow(None, seen(Seen.MISSING), T)

    assert look
    assert (look.due, look.missing) == (T + DAY, T)
    assert look.after(seen(Seen.THERE), T + DAY) is None
    assert follow(None, seen(Seen.HELD), T)


@pytest.mark.parametrize(
    ("missing", "looks", "believed"),
    [
        (0, 0, True),
        (1, 1, True),
        (4, 4, True),
        (LEAST_MISSING, 5, False),
        (5, 10, True),
        (6, 11, False),
        (9, 200, True),
    ],
)
def test_many_deletions_at_once_are_not_believed(missing: int, looks: int, believed: bool) -> None:
    assert are_missing(missing, looks) is believed
