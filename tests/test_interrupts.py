"""Signals while the end of a run waits."""

import logging
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from newsmirror.interrupts import Interrupts, result_of


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


def test_signals_are_told_of_when_it_is_asked_for_them(scrapy: Scrapy, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO), Interrupts(already=False) as interrupts:
        for _ in range(3):
            os.kill(os.getpid(), signal.SIGTERM)
            interrupts.stop()
            interrupts.stop()

    assert caplog.messages == [
        "A signal came: remotes get 45 seconds more; send it again to wait for nothing",
        "A second signal came: nothing is waited for any more",
    ]


def test_signal_that_does_not_wake_the_waiting_is_acted_on() -> None:
    """As one that comes just before the wait begins; here another thread gets it, which wakes nobody either."""
    acted = threading.Event()

    def work() -> bool:
        signal.pthread_kill(threading.get_ident(), signal.SIGTERM)
        return acted.wait(60)

    before = signal.signal(signal.SIGTERM, lambda *_: acted.set())
    try:
        with ThreadPoolExecutor(1) as pool:
            assert result_of(pool.submit(work))
    finally:
        signal.signal(signal.SIGTERM, before)


def test_what_a_thread_raises_is_raised() -> None:
    with ThreadPoolExecutor(1) as pool, pytest.raises(ZeroDivisionError):
        result_of(pool.submit(lambda: 1 / 0))
