"""Makes every page, list and QR code anew from what the repository holds, without the source: for moving house.

What the settings ask for now is compared with the newest commit, file by file; what differs becomes one commit. A page
whose place follows another pattern now moves, and a short page at its earlier place leads to it. Nothing is deleted.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from itertools import chain

from newsmirror import paths
from newsmirror.archive import record_of
from newsmirror.checks import Gate, allowed_loads
from newsmirror.durable import uninterrupted
from newsmirror.evidence import Evidence
from newsmirror.exceptions import CommitError, NewsmirrorError, StateError, StoppedError
from newsmirror.feedwriter import FeedWriter
from newsmirror.hot import HotWriter
from newsmirror.indexes import ListWriter
from newsmirror.inspection import Inspector
from newsmirror.items import OutputFile, Row
from newsmirror.mirror import Mirror
from newsmirror.moves import moved_pages, note_move
from newsmirror.outcome import Outcome, Report
from newsmirror.qr import qr_png
from newsmirror.record import Record, record_file
from newsmirror.remake import remake_page
from newsmirror.stage import Stage
from newsmirror.status import Result, make_status, outcome_of_error, tell_end, tell_start, write_status
from newsmirror.upkeep import look_after

logger = logging.getLogger(__name__)

ROOM_AN_ARTICLE = 2048
"""Bytes; twice as many must be free for each: a page that is made anew takes 3 KB until packs are put together."""


class Rebuilder:
    """One rebuild of an open mirror. *counts* says how many files of each kind differ."""

    def __init__(self, mirror: Mirror, *, asked: Callable[[], bool] = lambda: False):
        """*asked* says whether somebody wants an end: before the commit all is left as it is."""
        self._asked = asked
        self._mirror, self._store = mirror, mirror.store
        self._config, self._site = mirror.config, mirror.site
        self._started = mirror.now()
        self.counts: Counter[str] = Counter()
        """``pages``, ``moved`` (what leads to them), ``codes``, ``records``, ``lists`` (what names many articles);
        ``left``: pages that cannot be made anew."""

    def run(self, *, stop: Callable[[], bool] = lambda: False) -> Result:
        """Everything in one commit, then pushes; never raises for what can go wrong outside of this program.

        *stop* says whether remotes should not be waited for any more; it is asked often, from threads.
        """
        try:
            self._commit()
            made = self._mirror.made
            outcome = Outcome.PUBLISHED if made else Outcome.NOTHING_NEW
            result = Result(outcome, updated=self.counts["pages"], commit=made)
        except NewsmirrorError as error:
            result = Result(outcome_of_error(error), commit=self._mirror.made, reason=str(error))
        if result.commit or not result.reason:
            result = self._mirror.push(result, stop=stop)
        to_tidy = None if self._asked() else self._mirror.made
        result = replace(result, size=look_after(self._mirror.repository, None, to_tidy, whole=True))
        self._write_status(result)
        return result

    def rehearse(self) -> Result:
        """Count what `run` would change, and keep nothing."""
        try:
            with self._store.trial(), closing(Stage(self._mirror.repository, self._mirror.base)) as stage:
                for _ in self._files(stage):
                    pass
        except NewsmirrorError as error:
            return Result(outcome_of_error(error), reason=str(error), dry_run=True)
        changed = any(count for kind, count in self.counts.items() if kind != "left")
        return Result(Outcome.PUBLISHED if changed else Outcome.NOTHING_NEW, updated=self.counts["pages"], dry_run=True)

    def _write_status(self, result: Result) -> None:
        mirror, private = self._mirror, self._mirror.repository.private
        with closing(Evidence(private, mirror.now, keeps=False)) as evidence:
            quarantine = evidence.counts()
        status = make_status(
            result, Report(), started=self._started, finished=mirror.now(), commit=mirror.repository.tip(),
            articles=self._store.count(), quarantine=quarantine,
        )  # fmt: skip
        if why := write_status(private, status):
            logger.warning("The status file cannot be written (%s); monitors see the run before", why)

    def _commit(self) -> None:
        """Files are made while git takes them, so that memory does not grow with the archive."""
        try:
            with self._store.transaction(), closing(Stage(self._mirror.repository, self._mirror.base)) as stage:
                files = self._files(stage)
                first = next(files, None)
                if first or not self._mirror.is_signed:
                    room = ROOM_AN_ARTICLE * self._store.count()
                    self._mirror.commit(chain([first] if first else (), files), "newsmirror: rebuild", size=room)
        except StateError:
            self._mirror.renew_state()
            if not self._mirror.made:
                raise
        with uninterrupted():
            self._mirror.follow()

    def _files(self, stage: Stage) -> Iterator[OutputFile]:
        """What differs from the newest commit, the files of articles first."""
        inspector = Inspector(self._config, self._site, stage)
        inspector.check_blocks()
        for row in self._store.rows():
            self._refuse_stopped()
            yield from self._article(row, stage, inspector)
        listed = ListWriter(self._store, stage, self._site, self._config, self._mirror.prefix).all_files()
        feeds = FeedWriter(self._store, stage, self._site, self._config).all_files()
        hot = HotWriter(self._store, stage, self._config).again()
        yield from self._lists(chain(hot, listed, feeds), stage)

    def _refuse_stopped(self) -> None:
        if self._asked():
            raise StoppedError("a signal came before the commit; nothing is changed")

    # Articles

    def _article(self, row: Row, stage: Stage, inspector: Inspector) -> Iterator[OutputFile]:
        """The files of one article that differ; its new place goes into the state."""
        record = record_of(stage.committed(paths.record_path(row)), row)
        if record is None:
            self.counts["left"] += 1
            return
        page = remake_page(
            record, config=self._config, site=self._site, prefix=self._mirror.prefix, exists=stage.exists
        )
        text, code = page.files()
        old = stage.committed(page.path)
        if old != text.content and (fault := inspector.page_fault(page)):
            logger.warning("The page of article %d stays as it is, because a new one %s", row.id, fault)
            self.counts["left"] += 1
            return
        notes = note_move(record.notes, row.path, page.path)
        moved = replace(row, path=page.path)
        if moved != row:
            self._store.move(row, moved.path)
        if old is None or f"<{page.address}>".encode() not in old or stage.committed(code.path) is None:
            yield from self._changed("codes", [replace(code, content=qr_png(page.address))], stage)
        yield from self._changed("moved", moved_pages(moved, notes, self._config.style), stage)
        yield from self._changed("pages", [text], stage)
        yield from self._changed("records", [record_file(Record(record.article, notes))], stage)

    # All files

    def _lists(self, files: Iterator[OutputFile], stage: Stage) -> Iterator[OutputFile]:
        """Those that differ. Raises CommitError where the gate refuses one."""
        gate = Gate(exists=lambda path: True, may_load=allowed_loads(self._config.style, self._site))
        for file in self._changed("lists", files, stage):
            self._refuse_stopped()
            if fault := gate.fault(file):
                raise CommitError(f"the gate refuses {file.path}, which {fault}; report this")
            yield file

    def _changed(self, kind: str, files: Iterable[OutputFile], stage: Stage) -> Iterator[OutputFile]:
        for file in files:
            if stage.committed(file.path) != file.content:
                self.counts[kind] += 1
                yield file


def describe(result: Result, counts: Counter[str]) -> str:
    """The one line that says how a rebuild ended."""
    kinds = {"pages": "pages", "moved": "pages at earlier places", "codes": "QR codes", "lists": "lists"}
    parts = [f"{counts[kind]} {words}" for kind, words in kinds.items() if counts[kind]]
    left = f"; {counts['left']} pages stay as they are" if counts["left"] else ""
    return f"{tell_start(result)} {', '.join(parts) or 'nothing differs'}{left}{tell_end(result)}"
