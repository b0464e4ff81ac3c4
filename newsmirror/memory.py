"""What a crawl may ask of the runs before it."""

from typing import Protocol

from newsmirror.items import Row, StoredPicture
from newsmirror.store import Pending


class Memory(Protocol):
    """What the crawl asks of earlier runs; the publisher answers, or nobody (`NoMemory`)."""

    def knows(self, identifier: int) -> bool: ...
    def is_due(self, url: str) -> bool: ...
    def pending(self) -> list[Pending]: ...
    def row(self, identifier: int) -> Row | None: ...
    def pictures(self, identifier: int) -> tuple[StoredPicture, ...]: ...


class NoMemory:
    """The memory of a crawl whose pipelines are switched off: everything is new."""

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
