"""The publisher: opens the working copy, takes pages, and ends a run with one commit. Knows nothing of Scrapy."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime

from newsmirror import paths
from newsmirror.aftermath import Aftermath
from newsmirror.archive import record_of
from newsmirror.config import Config
from newsmirror.durable import uninterrupted, writing
from newsmirror.evidence import Evidence
from newsmirror.exceptions import CommitError, NewsmirrorError, StateError
from newsmirror.hot import HotWriter
from newsmirror.inspection import Inspector
from newsmirror.items import OutputFile, Page, Row
from newsmirror.lists import OTHER
from newsmirror.looks import Seen, Sighting
from newsmirror.mirror import Mirror
from newsmirror.moves import moved_pages
from newsmirror.notes import change_marks
from newsmirror.outcome import NO_PAGE, Outcome, Report, judge
from newsmirror.pictures import change_notes
from newsmirror.recall import Recall
from newsmirror.record import Record, record_file
from newsmirror.rehearsal import tell_plan
from newsmirror.site import Site
from newsmirror.stage import Stage
from newsmirror.status import Result, make_status, outcome_of_error, write_status
from newsmirror.store import Pending
from newsmirror.upkeep import look_after

logger = logging.getLogger(__name__)

GIVE_UP = 12
"""After so many failures, in some five weeks, an address is only asked again where a list still names it."""


class Publisher:
    """Owns working copy, state and lock for one run: `open`, then `add` for each page, then `finish`, then `close`."""

    def __init__(self, config: Config, site: Site, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)):
        self._config = config
        self._site = site
        self._now = now
        self._started = now()
        self._mirror = Mirror(config, site, now)
        self._new: dict[int, Row] = {}
        self._updated: dict[int, Row] = {}
        self._files: dict[int, list[str]] = {}
        self._sightings: list[Sighting] = []
        self._gone: list[Row] = []
        self._broken: NewsmirrorError | None = None

    # Opening

    def open(self, *, stop: Callable[[], bool] = lambda: False) -> None:
        """Open the mirror, see `Mirror.open`, and what a run keeps beside it."""
        with ExitStack() as stack:
            self._mirror.open(stop=stop)
            stack.callback(self._mirror.close)
            self._store, repository = self._mirror.store, self._mirror.repository
            self._stage = Stage(repository, self._mirror.base)
            stack.callback(self._stage.close)
            self._inspector = Inspector(self._config, self._site, self._stage)
            self._inspector.check_blocks()
            self.evidence = Evidence(repository.private, self._now, keeps=not self._config.dry_run)
            stack.callback(self.evidence.close)
            self._aftermath = Aftermath(self._mirror, self._stage, self._inspector)
            self.memory = Recall(self._store, self._stage, repository, self.evidence, self._now)
            self._open = stack.pop_all()

    def close(self) -> None:
        """Give up state and lock."""
        self._open.close()

    # Pages

    def add(self, page: Page) -> str | None:
        """Take a page and all that belongs to it into the coming commit; returns the fault where the gate keeps it out.

        A page that is known keeps its path, and its QR code where its address is the same. Raises NoSpaceError
        or GitError; `finish` then publishes nothing of this run.
        """
        text, code, *pictures = page.files()
        known = self._store.get(page.article.id)
        try:
            record, *moved = self._kept(page, known)
            if fault := self._inspector.page_fault(page) or self._inspector.fault(record):
                return fault
            old = self._stage.read(page.path)
            for file in (*pictures, text, record, *moved):
                self._stage.write(file)
            if self._stage.read(code.path) is None or old is None or f"<{page.address}>".encode() not in old:
                self._stage.write(code)
        except NewsmirrorError as error:
            self._broken = error
            raise
        (self._updated if known else self._new)[page.article.id] = Row.of(page)
        self._files[page.article.id] = [*(file.path for file in (*page.files(), record, *moved))]
        self.evidence.take(page.article)
        return None

    def _kept(self, page: Page, known: Row | None) -> list[OutputFile]:
        """The record, with what was noted before, and what stands at earlier places of the page."""
        old = record_of(self._stage.committed(paths.record_path(known)), known) if known else None
        notes = change_marks(change_notes(old.notes if old else {}, page.pictures), page.marks)
        moved = moved_pages(Row.of(page), notes, self._config.style)
        return [record_file(Record(page.article, notes)), *moved]

    def _take_back(self, identifiers: Iterable[int]) -> None:
        """Leave articles of this run as the newest commit has them, as far as no other one shares their files."""
        gone = [path for number in list(identifiers) for path in self._files.pop(number)]
        kept = {path for files in self._files.values() for path in files}
        for path in gone:
            if path not in kept:
                self._stage.discard(path)
        for rows in (self._new, self._updated):
            for number in rows.keys() - self._files.keys():
                del rows[number]

    # The end of a run

    def finish(
        self,
        report: Report,
        *,
        failures: Iterable[tuple[str, str]] = (),
        pending: Iterable[Pending] = (),
        sightings: Iterable[Sighting] = (),
        stop: Callable[[], bool] = lambda: False,
    ) -> Result:
        """Lists, gate, commit, state, working copy, pushes, status; never raises for what can go wrong outside.

        *stop* says whether remotes should not be waited for any more; it is asked often, from threads.
        """
        judgement = self.evidence.judge()
        refused = tuple(judgement.refused.values())
        self._sightings = [replace(s, seen=Seen.REFUSED) if s.id in judgement.refused else s for s in sightings]
        if self._config.dry_run:
            self._take_back(judgement.refused)
            result = self._rehearse(report.refusing(refused), list(failures), list(pending))
            return replace(result, refused=refused, reason=result.reason or judgement.sentence)
        try:
            self._take_back(judgement.refused)
            with writing("NEWSMIRROR_REPO"):
                self._publish([*failures, *judgement.failures.items()], list(pending))
            result = self._result(
                judge(report.refusing(refused)) or (Outcome.PUBLISHED if self._mirror.made else Outcome.NOTHING_NEW)
            )
        except NewsmirrorError as error:
            result = self._result(outcome_of_error(error), str(error))
        if result.commit or not result.reason:
            result = self._mirror.push(result, stop=stop)
        size = look_after(self._mirror.repository, self._mirror.base, self._mirror.made, self._stage.written)
        result = replace(result, size=size)
        limit = report.limit if result.outcome is Outcome.LIMITED else None
        result = replace(result, refused=refused, reason=result.reason or judgement.sentence or limit)
        self._write_status(result, report)
        return result

    def _rehearse(self, report: Report, failures: list[tuple[str, str]], pending: list[Pending]) -> Result:
        """Everything up to the commit, and a word about what it would have held; nothing is kept of it."""
        try:
            with self._store.trial():
                self._record(failures, pending)
                self._write_lists()
                self._check()
        except NewsmirrorError as error:
            return Result(outcome_of_error(error), reason=str(error), dry_run=True)
        written = tell_plan(self._stage, self._config)
        outcome = judge(report) or (Outcome.PUBLISHED if written else Outcome.NOTHING_NEW)
        return Result(outcome, len(self._new), len(self._updated), gone=len(self._gone), dry_run=True)

    def _result(self, outcome: Outcome, reason: str | None = None) -> Result:
        """The counts belong to the commit: without one nothing is published, and all of it comes again."""
        counts = (len(self._new), len(self._updated)) if self._mirror.made else (0, 0)
        gone = len(self._gone) if self._mirror.made else 0
        new = self._new.values() if self._mirror.made else ()
        by_category = Counter(row.category or OTHER for row in new)
        return Result(outcome, *counts, commit=self._mirror.made, reason=reason, gone=gone, new_by_category=by_category)

    def _publish(self, failures: list[tuple[str, str]], pending: list[Pending]) -> None:
        """The order of the steps is what a crash at any point relies on; docs/architecture.md tells why."""
        if self._broken:
            raise self._broken
        try:
            self._commit_all(failures, pending)
        except StateError:
            self._mirror.renew_state()
            if not self._mirror.made:
                self._commit_all(failures, pending)
        with uninterrupted():
            self.evidence.settle()
            self._mirror.follow()

    def _commit_all(self, failures: list[tuple[str, str]], pending: list[Pending]) -> None:
        with self._store.transaction():  # its end is the end of this block: state after commit
            self._record(failures, pending)
            self._write_lists()
            self._check()
            with uninterrupted():
                self._make_commit()

    def _record(self, failures: list[tuple[str, str]], pending: list[Pending]) -> None:
        """Into the state, where the lists are made from; what is not committed is rolled back."""
        self._rows = [*self._new.values(), *self._updated.values()]
        self._before = [old for row in self._rows if (old := self._store.get(row.id))]
        self._store.put(self._rows)
        self._store.add_edits(self._updated, self._now())
        self._gone = self._aftermath.settle(self._sightings, new=self._new.keys(), now=self._now())
        self._store.add_failures(failures, self._now())
        refused = {url: Pending(url, "article") for url, reason in failures if reason not in NO_PAGE}
        left = refused | {one.url: one for one in pending}
        tries = {url: count for url, (_, count) in self._store.failures().items()}
        self._store.set_pending(one for one in left.values() if tries.get(one.url, 0) < GIVE_UP)

    def _write_lists(self) -> None:
        if self._rows or self._mirror.base:
            hot = HotWriter(self._store, self._stage, self._config)
            if file := hot.file(self.evidence.rankings, has_news=bool(self._rows)):
                self._stage.write(file)  # before the front page, which links to it where it is there
            self._mirror.write_lists(self._stage, [*self._rows, *self._gone], [*self._before, *self._gone])

    def _check(self) -> None:
        """The gate over all files of this run but the pages, which have passed it."""
        if faults := self._inspector.other_faults(self._rows):
            raise CommitError(f"the gate refuses {faults[0]} and {len(faults) - 1} more files; report this")

    def _make_commit(self) -> None:
        if self._stage.written:
            message = f"newsmirror: {len(self._new)} new, {len(self._updated)} updated"
            message += f", {len(self._gone)} gone" if self._gone else ""
            self._mirror.commit(self._stage.files(), message, size=self._stage.size, tree=self._stage.objects)

    def _write_status(self, result: Result, report: Report) -> None:
        commit = result.commit or self._mirror.repository.tip()
        status = make_status(
            result, report, started=self._started, finished=self._now(), commit=commit, articles=self._store.count(),
            quarantine=self.evidence.counts(),
        )  # fmt: skip
        if why := write_status(self._mirror.repository.private, status):
            logger.warning("The status file cannot be written (%s); monitors see the run before", why)
