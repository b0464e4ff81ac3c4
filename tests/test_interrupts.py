"""Signals while the end of a run waits."""

import os
import signal
from collections.abc import Iterator

import pytest

from newsmirror.interrupts import Interrupts


class Scrapy:
    """Handles a first signal and puts another handler in its place, as Scrapy does."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def first(self, *_: object) -> None:
        self.calls.append("first")
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.second)

    def second(self, *_: object) -> None:
        self.calls.append("second")


@pytest.fixture
def scrapy() -> Iterator[Scrapy]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    scrapy = Scrapy()
    for number in before:
        signal.signal(number, scrapy.first)
    yield scrapy
    for number, handler in before.items():
        signal.signal(number, handler)


def test_second_signal_stops_at_once(scrapy: Scrapy) -> None:
    with Interrupts(already=False) as interrupts:
        os.kill(os.getpid(), signal.SIGTERM)
        first = interrupts.stop()
        os.kill(os.getpid(), signal.SIGINT)
        second = interrupts.stop()

    assert (first, second) == (False, True)
    assert scrapy.calls == ["first", "second"]
    assert signal.getsignal(signal.SIGTERM) == scrapy.second


def test_one_signal_is_enough_where_one_has_ended_the_crawl(scrapy: Scrapy) -> None:
    with Interrupts(already=True) as interrupts:
        before = interrupts.stop()
        os.kill(os.getpid(), signal.SIGTERM)

    assert not before
    assert interrupts.stop()


def test_first_signal_leaves_some_time() -> None:
    now = [100.0]
    interrupts = Interrupts(already=True, clock=lambda: now[0])

    early = interrupts.stop()
    now[0] += 46

    assert (early, interrupts.stop()) == (False, True)
