"""What a crawl may ask of the runs before it, answered from the state and the newest commit."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from newsmirror.archive import read_article, read_records
from newsmirror.evidence import Evidence
from newsmirror.exceptions import StateError
from newsmirror.git import Repository
from newsmirror.items import Article, Row, StoredPicture
from newsmirror.manners import MAX_PAUSE, pause_after
from newsmirror.pictures import read_note
from newsmirror.stage import Stage
from newsmirror.state import renew
from newsmirror.store import Pending, Store

T = TypeVar("T")


class Recall:
    """Answers `memory.Memory`."""

    def __init__(
        self, store: Store, stage: Stage, repository: Repository, evidence: Evidence, now: Callable[[], datetime]
    ):
        self._store, self._stage, self._repository, self._now = store, stage, repository, now
        self.evidence = evidence

    def _ask(self, question: Callable[[], T]) -> T:
        """The answer of the state, which is made anew where it turns out to be damaged."""
        try:
            with self._store.guarded():
                return question()
        except StateError:
            renew(self._store, self._repository, self._repository.tip())
            return question()

    def knows(self, identifier: int) -> bool:
        """Whether an article is published."""
        return self._ask(lambda: self._store.knows(identifier))

    def row(self, identifier: int) -> Row | None:
        """What is known of a published article."""
        return self._ask(lambda: self._store.get(identifier))

    def pictures(self, identifier: int) -> tuple[StoredPicture, ...]:
        """The pictures of a published article that are in the tree."""
        row = self.row(identifier)
        record = next(read_records(self._repository, [row]))[1] if row else None
        found = read_note(record.notes) if record else ()
        return tuple(picture for picture in found if self._stage.exists(picture.path))

    def article(self, identifier: int) -> Article | None:
        """A published article as it was cleaned then; None where it is not known, or its record is damaged."""
        row = self.row(identifier)
        return read_article(self._repository, row) if row else None

    def is_due(self, url: str) -> bool:
        """Whether an address that failed before may be asked again."""
        return self._ask(lambda: self._store.is_due(url, self._now()))

    def pending(self) -> list[Pending]:
        """What the last run did not get to."""
        return self._ask(self._store.pending)

    def paused_until(self, host: str) -> datetime | None:
        """Until when a host is to be left alone, None where it may be asked."""
        pause, now = self._ask(lambda: self._store.pause(host)), self._now()
        return pause[0] if pause and now < pause[0] <= now + MAX_PAUSE else None  # beyond: the clock was ahead then

    def pause(self, host: str, asked_seconds: float | None) -> datetime:
        """Leave a host alone that turned this run away, longer with each run in a row; returns until when."""
        before = self._ask(lambda: self._store.pause(host))
        runs = before[1] + 1 if before else 1
        until = self._now() + pause_after(runs, asked_seconds)
        self._store.set_pause(host, until, runs)
        return until

    def end_pause(self, host: str) -> None:
        """Forget that a host turned runs away."""
        self._store.end_pause(host)
