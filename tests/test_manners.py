"""Retry-After and the pauses between runs."""

from datetime import UTC, datetime, timedelta

import pytest

from newsmirror.manners import MAX_PAUSE, pause_after, retry_after

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        (" 120 ", 120),
        ("31536000", 31_536_000),
        ("Tue, 24 Nov 2026 12:05:00 GMT", 300),
        ("Tue, 24 Nov 2026 20:05:00 +0800", 300),
        ("Tuesday, 24-Nov-26 12:05:00 GMT", 300),
        ("Tue, 24 Nov 2026 11:00:00 GMT", 0),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("9" * 13, None),
        ("٣", None),
        ("Tue, 99 Nov 2026 12:05:00 GMT", None),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


@pytest.mark.parametrize(
    ("runs", "asked", "minutes"),
    [(1, None, 15), (2, None, 30), (4, None, 120), (1, 60.0, 15), (1, 3600.0, 60), (3, 1800.0, 60)],
)
def test_pauses_grow_and_are_as_long_as_asked(runs: int, asked: float | None, minutes: int) -> None:
    assert pause_after(runs, asked) == timedelta(minutes=minutes)


@pytest.mark.parametrize(("runs", "asked"), [(1, 31_536_000.0), (1, 1e12), (50, None)])
def test_no_pause_is_longer_than_a_day(runs: int, asked: float | None) -> None:
    assert pause_after(runs, asked) == MAX_PAUSE
