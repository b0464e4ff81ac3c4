"""Signals that arrive where Scrapy cannot act on them: while remotes are waited for, and in a rebuild."""

import logging
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from types import FrameType
from typing import Any, Self, TypeVar

T = TypeVar("T")
logger = logging.getLogger(__name__)
NUMBERS = (signal.SIGINT, signal.SIGTERM)
GRACE = 45.0
"""Seconds from the first signal on: who stops a service waits some 90."""
BLINK = 0.2
"""Seconds. Python acts on a signal between two steps of its own; one that comes just as a wait begins lies until the
wait has ended."""


def result_of(future: Future[T]) -> T:
    """What a thread comes to, or raises; signals are acted on meanwhile."""
    while not future.done():
        wait([future], BLINK)
    return future.result()


def hang_up_is_an_end() -> None:
    """End on SIGHUP (a lost terminal) as on SIGTERM; where it is ignored (nohup), let it be so."""
    if signal.getsignal(signal.SIGHUP) == signal.SIG_DFL:
        signal.signal(signal.SIGHUP, lambda number, frame: signal.raise_signal(signal.SIGTERM))


def only_count() -> None:
    """Let signals do nothing but to be counted by `Interrupts`, for a program that asks it often."""
    for number in NUMBERS:
        signal.signal(number, lambda number, frame: None)
    hang_up_is_an_end()


class Interrupts:
    """Counts signals while it is entered: the first one asks for an end soon, the second for one at once.

    Each signal is also handed to whoever handled it before.
    """

    def __init__(self, *, already: bool, clock: Callable[[], float] = time.monotonic):
        """*already*: the first signal has come before, it has ended the crawl."""
        self._clock = clock
        self._times = [clock()] if already else []
        self._told = len(self._times)
        self._telling = threading.Lock()
        self._before: dict[int, Any] = {}

    def asked(self) -> bool:
        """Whether a signal has come."""
        return bool(self._times)

    def stop(self) -> bool:
        """Whether nothing should be waited for any more. Asked often, from threads."""
        self._tell()
        return len(self._times) > 1 or bool(self._times and self._clock() > self._times[0] + GRACE)

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._take()
        return self

    def __exit__(self, *error: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _take(self) -> None:
        for number in NUMBERS:
            handler = signal.getsignal(number)
            if handler != self._count:
                self._before[number] = handler
                signal.signal(number, self._count)

    def _tell(self) -> None:
        """Tell of signals, which their handler must not: it may have interrupted somebody who writes to the log."""
        with self._telling:
            came, told, self._told = len(self._times), self._told, len(self._times)
        if told < came == 1:
            logger.info("A signal came: remotes get %d seconds more; send it again to wait for nothing", GRACE)
        elif told < 2 <= came:
            logger.info("A second signal came: nothing is waited for any more")

    def _count(self, number: int, frame: FrameType | None) -> None:
        self._times.append(self._clock())
        if callable(handler := self._before[number]):
            handler(number, frame)
        self._take()  # Scrapy's handler of the first signal puts another one in its place
