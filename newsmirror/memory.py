"""What a crawl may ask of the runs before it."""

from datetime import UTC, datetime
from functools import cached_property
from typing import Protocol

from newsmirror.evidence import Evidence
from newsmirror.items import Article, Row, StoredPicture
from newsmirror.looks import Look
from newsmirror.manners import pause_after
from newsmirror.marks import Marks
from newsmirror.store import Pending


class Memory(Protocol):
    """What the crawl asks of earlier runs; the publisher answers, or nobody (`NoMemory`)."""

    @property
    def evidence(self) -> Evidence: ...
    def knows(self, identifier: int) -> bool: ...
    def is_due(self, url: str) -> bool: ...
    def pending(self) -> list[Pending]: ...
    def row(self, identifier: int) -> Row | None: ...
    def pictures(self, identifier: int) -> tuple[StoredPicture, ...]: ...
    def paused_until(self, host: str) -> datetime | None: ...
    def pause(self, host: str, asked_seconds: float | None) -> datetime: ...
    def end_pause(self, host: str) -> None: ...
    def article(self, identifier: int) -> Article | None: ...
    def marks(self, identifier: int) -> Marks: ...
    def marks_after(self, article: Article) -> Marks: ...
    def looks(self, limit: int) -> list[tuple[Look, Row]]: ...
    def may_update(self, identifier: int) -> bool: ...


class NoMemory:
    """The memory of a crawl whose pipelines are switched off: everything is new."""

    @cached_property
    def evidence(self) -> Evidence:
        return Evidence(None)

    def knows(self, identifier: int) -> bool:
        return False

    def is_due(self, url: str) -> bool:
        return True

    def pending(self) -> list[Pending]:
        return []

    def row(self, identifier: int) -> Row | None:
        return None

    def pictures(self, identifier: int) -> tuple[StoredPicture, ...]:
        return ()

    def paused_until(self, host: str) -> datetime | None:
        return None

    def pause(self, host: str, asked_seconds: float | None) -> datetime:
        return datetime.now(UTC) + pause_after(1, asked_seconds)

    def end_pause(self, host: str) -> None:
        pass

    def article(self, identifier: int) -> Article | None:
        return None

    def marks(self, identifier: int) -> Marks:
        return Marks()

    def marks_after(self, article: Article) -> Marks:
        return Marks()

    def looks(self, limit: int) -> list[tuple[Look, Row]]:
        return []

    def may_update(self, identifier: int) -> bool:
        return True
