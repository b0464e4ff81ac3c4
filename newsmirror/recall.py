"""What a crawl may ask of the runs before it, answered from the state and the newest commit."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from newsmirror.archive import read_record
from newsmirror.evidence import Evidence
from newsmirror.exceptions import StateError
from newsmirror.git import Repository
from newsmirror.items import Article, Row, StoredPicture
from newsmirror.looks import MAX_EDITS, Look
from newsmirror.manners import MAX_PAUSE, pause_after
from newsmirror.marks import Marks
from newsmirror.notes import read_marks
from newsmirror.pictures import read_note
from newsmirror.record import Record
from newsmirror.revision import same_text
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
        record = self._record(identifier)
        found = read_note(record.notes) if record else ()
        return tuple(picture for picture in found if self._stage.exists(picture.path))

    def article(self, identifier: int) -> Article | None:
        """A published article as it was cleaned then; None where it is not known, or its record is damaged."""
        record = self._record(identifier)
        return record.article if record else None

    def marks(self, identifier: int) -> Marks:
        """What the page of a published article says of its source."""
        record = self._record(identifier)
        return read_marks(record.notes) if record else Marks()

    def marks_after(self, article: Article) -> Marks:
        """What the page says of its source when this version of an article is published: that it is there."""
        record = self._record(article.id)
        if record is None:
            return Marks()
        now = self._now().replace(microsecond=0)
        return Marks(read_marks(record.notes).updated if same_text(record.article, article) else now)

    def _record(self, identifier: int) -> Record | None:
        row = self.row(identifier)
        return read_record(self._repository, row) if row else None

    def looks(self, limit: int) -> list[tuple[Look, Row]]:
        """The published articles that are to be looked at again by now, newest first."""
        due = self._ask(lambda: self._store.due_looks(self._now(), limit))
        return [(look, row) for look in due if (row := self.row(look.id))]

    def may_update(self, identifier: int) -> bool:
        """Whether a published article may be updated today."""
        return self._ask(lambda: self._store.edits(identifier, self._now())) < MAX_EDITS

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
