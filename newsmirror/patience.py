"""When to wait, and when to stop asking: 403, 429, 503 and Retry-After, failures in a row, pauses between runs."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.utils.httpobj import urlparse_cached

from newsmirror.failures import NotAskedError, explain
from newsmirror.manners import MAX_WAIT_SECONDS, retry_after
from newsmirror.memory import Memory, NoMemory
from newsmirror.middlewares.robots import ROBOTS_KEY
from newsmirror.report import note_limit

logger = logging.getLogger(__name__)

TURNED_AWAY = {403, 429, 503}
SERVER_FAILED = {408, 500, 502, 504, 520, 521, 522, 523, 524}
UNCHANGED = 304
"""The answer to a look at an article that has not changed."""
TURNS = 5
"""After being turned away so often in a row, a host is not asked any more in this run."""
FAILURES = 15
"""After so many requests in a row that brought nothing (five addresses, three tries each), neither."""
DEAD = "not asked, because nobody answered before"
POLL_SECONDS = 0.5


@dataclass
class _Host:
    turned_away: int = 0
    failed: int = 0
    resume_at: float = 0.0
    stopped: tuple[str, str] | None = None
    answered: bool = False


class Patience:
    """What each host answered to this run, try by try.

    The download handlers ask it, not a middleware: a middleware sees an answer only after the downloader has sent
    the next request.
    """

    def __init__(self, crawler: Crawler):
        self._crawler = crawler
        self._delay = crawler.settings.getfloat("DOWNLOAD_DELAY")
        self._tries = crawler.settings.getint("RETRY_TIMES") if crawler.settings.getbool("RETRY_ENABLED") else 0
        self._hosts: dict[str, _Host] = {}

    @property
    def _memory(self) -> Memory:
        return getattr(self._crawler.spider, "memory", None) or NoMemory()

    def _host(self, request: Request) -> tuple[str, _Host]:
        name = urlparse_cached(request).netloc
        if name not in self._hosts:
            host = self._hosts[name] = _Host()
            if until := self._memory.paused_until(name):
                host.stopped = ("limited", _left_alone(until))
                words = f"turned an earlier run away and is left alone until {_shown(until)}"
                note_limit(self._crawler, request.url, words)
        return name, self._hosts[name]

    async def admit(self, request: Request) -> None:
        """Wait as long as the host wants it. Raises NotAskedError where it is not asked any more."""
        _, host = self._host(request)
        while not host.stopped and self._crawler.crawling and (rest := host.resume_at - monotonic()) > 0:
            await asyncio.sleep(min(rest, POLL_SECONDS))
        if host.stopped:
            raise NotAskedError(*host.stopped)
        if host.resume_at > monotonic():
            raise NotAskedError("limited", "the run was stopped while the source wanted a pause")

    def note_answer(self, request: Request, response: Response) -> bool:
        """Count an answer; True where the same request is to be sent once more, after the wait that `admit` knows."""
        name, host = self._host(request)
        if response.status in TURNED_AWAY:
            return self._note_turned_away(host, request, response)
        if response.status in SERVER_FAILED or (300 <= response.status < 400 and response.status != UNCHANGED):
            self._note_failed(host)  # a redirect is no answer yet; one that has an end is followed by one
            return False
        host.turned_away = host.failed = 0
        if not host.answered and ROBOTS_KEY not in request.meta and response.status < 400:
            host.answered = True
            self._memory.end_pause(name)
        return False

    def note_failure(self, request: Request, error: Exception) -> None:
        """Count a request that brought no answer; a wrong certificate is no better a second later."""
        if isinstance(error, IgnoreRequest):
            return
        if explain(error)[0] == "identity":
            request.meta["dont_retry"] = True
        self._note_failed(self._host(request)[1])

    def _note_failed(self, host: _Host) -> None:
        host.failed += 1
        if host.failed >= FAILURES and not host.stopped:
            host.stopped = ("unreachable", DEAD)
            logger.warning("Nothing more is asked of a host in this run; %d requests in a row failed", FAILURES)

    def _note_turned_away(self, host: _Host, request: Request, response: Response) -> bool:
        header = (response.headers.get("Retry-After") or b"").decode("latin-1")
        seconds = retry_after(header, datetime.now(UTC))
        host.turned_away += 1
        if host.turned_away >= TURNS or (seconds or 0) > MAX_WAIT_SECONDS:
            self._stop(host, request, response, seconds)
        if seconds is None or host.stopped:
            if ROBOTS_KEY in request.meta and response.status != 403:
                self._stop(host, request, response, seconds)  # without robots.txt nothing else is asked for
            return False
        host.resume_at = max(host.resume_at, monotonic() + max(seconds, self._delay))
        return host.turned_away <= self._tries and not request.meta.get("dont_retry")

    def _stop(self, host: _Host, request: Request, response: Response, seconds: float | None) -> None:
        if host.stopped:
            return
        until = self._memory.pause(urlparse_cached(request).netloc, seconds)
        words = f"answers with status {response.status} and is left alone until {_shown(until)}"
        note_limit(self._crawler, request.url, words)
        host.stopped = ("limited", _left_alone(until))
        logger.warning("The source turns us away; it is left alone until %s UTC", f"{until:%Y-%m-%d %H:%M}")


def _left_alone(until: datetime) -> str:
    return f"the source is left alone until {_shown(until)}"


def _shown(until: datetime) -> str:
    return f"{until:%Y-%m-%d %H:%M} UTC"
