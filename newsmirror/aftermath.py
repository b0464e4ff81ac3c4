"""What follows for published articles from what a run saw of them: their next looks, and pages that say 原文已删除."""

import logging
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from newsmirror import paths
from newsmirror.archive import record_of
from newsmirror.inspection import Inspector
from newsmirror.items import OutputFile, Row
from newsmirror.looks import Seen, Sighting, are_missing, follow
from newsmirror.mirror import Mirror
from newsmirror.notes import change_marks, read_marks
from newsmirror.record import Record, record_file
from newsmirror.remake import remake_page
from newsmirror.stage import Stage

logger = logging.getLogger(__name__)


class Aftermath:
    """Call it when the articles of the run are in the state and staged, before lists are made."""

    def __init__(self, mirror: Mirror, stage: Stage, inspector: Inspector):
        self._mirror, self._stage, self._inspector = mirror, stage, inspector
        self._store = mirror.store

    def settle(self, sightings: Collection[Sighting], *, new: Collection[int], now: datetime) -> list[Row]:
        """Plan the next looks and stage the pages of articles that are certainly gone; returns these.

        *new* are the articles that this run publishes for the first time.
        """
        self._store.plan_looks(now)
        for sighting in sightings:
            if sighting.id in new:
                self._store.set_look(sighting.id, follow(self._store.look(sighting.id), sighting, now))
        known = tuple(s for s in sightings if s.id not in new and self._store.knows(s.id))
        return [row for sighting in believed(known) if (row := self._settle_one(sighting, now))]

    def _settle_one(self, sighting: Sighting, now: datetime) -> Row | None:
        before = self._store.look(sighting.id)
        after = follow(before, sighting, now)
        self._store.set_look(sighting.id, after)
        is_gone = after is not None and after.gone and not (before and before.gone)
        return self._mark_gone(sighting.id, now) if is_gone else None

    def _mark_gone(self, identifier: int, now: datetime) -> Row | None:
        """The page as it is, with the word that its original is gone; None where it says so, or cannot be made anew."""
        row = self._store.get(identifier)
        record = record_of(self._stage.read(paths.record_path(row)), row) if row else None
        if row is None or record is None or (marks := read_marks(record.notes)).gone:
            return None
        marked = Record(record.article, change_marks(record.notes, replace(marks, gone=now.replace(microsecond=0))))
        mirror = self._mirror
        page = remake_page(
            marked,
            path=row.path, config=mirror.config, site=mirror.site, prefix=mirror.prefix, exists=self._stage.exists,
        )  # fmt: skip
        if fault := self._inspector.page_fault(page):
            logger.warning("The page of article %d stays as it is, because a new one %s", row.id, fault)
            return None
        self._stage.write(OutputFile(page.path, page.markdown.encode()))
        self._stage.write(record_file(marked))
        return row


def believed(sightings: tuple[Sighting, ...]) -> tuple[Sighting, ...]:
    """The same, without deletions in such a number that they say something of whoever answers, not of articles."""
    answers = [sighting for sighting in sightings if sighting.seen is not Seen.FAILED]
    missing = sum(sighting.seen is Seen.MISSING for sighting in answers)
    if are_missing(missing, len(answers)):
        return sightings
    logger.warning("%d of %d articles answer as if they were deleted; none is taken for it", missing, len(answers))
    return tuple(replace(s, seen=Seen.FAILED) if s.seen is Seen.MISSING else s for s in sightings)
