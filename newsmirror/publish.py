"""The publisher: opens the working copy, takes pages, and ends a run with one commit. Knows nothing of Scrapy."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime

from newsmirror import paths
from newsmirror.adopt import open_repository
from newsmirror.checkout import Checkout, operation_of
from newsmirror.commits import Committer
from newsmirror.config import Config
from newsmirror.durable import require_space, uninterrupted, writing
from newsmirror.evidence import Evidence
from newsmirror.exceptions import CommitError, NewsmirrorError, NoSpaceError, StateError
from newsmirror.feedwriter import FeedWriter
from newsmirror.indexes import ListWriter
from newsmirror.inherit import inherit
from newsmirror.inspection import Inspector
from newsmirror.items import Page, Row
from newsmirror.join import Joiner
from newsmirror.lists import OTHER
from newsmirror.lock import RunLock
from newsmirror.outcome import NO_PAGE, Outcome, Report, judge, judge_pushes
from newsmirror.pictures import make_note
from newsmirror.placing import prefix_of
from newsmirror.push import Pusher
from newsmirror.recall import Recall
from newsmirror.record import Record, record_file
from newsmirror.rehearsal import tell_plan
from newsmirror.site import Site
from newsmirror.stage import Stage
from newsmirror.stale import remove_stale
from newsmirror.state import open_state, renew
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
        self._new: dict[int, Row] = {}
        self._updated: dict[int, Row] = {}
        self._files: dict[int, list[str]] = {}
        self._commit: str | None = None
        self._broken: NewsmirrorError | None = None

    # Opening

    def open(self) -> None:
        """Make or adopt the working copy, take the lock, put an interrupted run right, bring the state up to date.

        Raises RefusedError, BusyError or NoSpaceError; nothing is left open then.
        """
        with ExitStack() as stack:
            self._repository = open_repository(self._config, self._site)
            private = self._repository.private
            with writing("the folder .git/newsmirror"):
                private.mkdir(mode=0o700, exist_ok=True)
                require_space(private, 0, 0)
            lock = RunLock(private / "lock")
            stack.callback(lock.release)
            self._committer = Committer(self._repository, self._config.author)
            self._recover(lock.died)
            self._checkout = Checkout(self._repository)
            self._checkout.finish()
            self._base = self._repository.tip() or self._inherit()
            self._store = open_state(self._repository, self._base, doubtful=lock.died is not None)
            stack.callback(self._store.close)
            self._stage = Stage(self._repository, self._base)
            stack.callback(self._stage.close)
            self._inspector = Inspector(self._config, self._site, self._stage)
            self._inspector.check_blocks()
            self.evidence = Evidence(private, self._now, keeps=not self._config.dry_run)
            stack.callback(self.evidence.close)
            self._prefix = prefix_of(self._repository, self._config)
            self.memory = Recall(self._store, self._stage, self._repository, self.evidence, self._now)
            self._open = stack.pop_all()
        if self._prefix is None:
            logger.warning(
                "NEWSMIRROR_PUBLIC_URL is not set and no known remote tells it: QR codes hold the source's addresses"
            )

    def _inherit(self) -> str | None:
        """The commit of a remote that a new working copy goes on from."""
        return inherit(
            self._repository, self._config.pushing,
            site=self._site, checkout=self._checkout, committer=self._committer, now=self._now,
        )  # fmt: skip

    def _recover(self, died: float | None) -> None:
        """Clear away what a killed run or a killed git has left."""
        if died is not None:
            logger.warning("The run before did not come to its end; what it had not published comes again")
        if removed := remove_stale(self._repository.root, self._repository.branch, died=died):
            logger.warning("Removed what a git that is gone had left: %s", ", ".join(removed))
        self._committer.clear()

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
        if fault := self._inspector.page_fault(page):
            return fault
        known = self._store.get(page.article.id)
        try:
            old = self._stage.read(page.path)
            for file in (*pictures, text, record_file(Record(page.article, make_note(page.pictures)))):
                self._stage.write(file)
            if self._stage.read(code.path) is None or old is None or f"<{page.address}>".encode() not in old:
                self._stage.write(code)
        except NewsmirrorError as error:
            self._broken = error
            raise
        (self._updated if known else self._new)[page.article.id] = Row.of(page)
        self._files[page.article.id] = [*(file.path for file in page.files()), paths.record_path(page.article)]
        self.evidence.take(page.article)
        return None

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
        stop: Callable[[], bool] = lambda: False,
    ) -> Result:
        """Lists, gate, commit, state, working copy, pushes, status; never raises for what can go wrong outside.

        *stop* says whether remotes should not be waited for any more; it is asked often, from threads.
        """
        judgement = self.evidence.judge()
        refused = tuple(judgement.refused.values())
        if self._config.dry_run:
            self._take_back(judgement.refused)
            result = self._rehearse(report.refusing(refused), list(failures), list(pending))
            return replace(result, refused=refused, reason=result.reason or judgement.sentence)
        try:
            self._take_back(judgement.refused)
            self._publish([*failures, *judgement.failures.items()], list(pending))
            result = self._result(
                judge(report.refusing(refused)) or (Outcome.PUBLISHED if self._commit else Outcome.NOTHING_NEW)
            )
        except NewsmirrorError as error:
            result = self._result(outcome_of_error(error), str(error))
        if self._commit or not result.reason:
            result = self._push(result, stop)
        size = look_after(self._repository, self._base, self._commit, self._stage.written)
        result = replace(result, size=size)
        result = replace(result, refused=refused, reason=result.reason or judgement.sentence)
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
        return Result(outcome, len(self._new), len(self._updated), dry_run=True)

    def _result(self, outcome: Outcome, reason: str | None = None) -> Result:
        """The counts belong to the commit: without one nothing is published, and all of it comes again."""
        counts = (len(self._new), len(self._updated)) if self._commit else (0, 0)
        new = self._new.values() if self._commit else ()
        by_category = Counter(row.category or OTHER for row in new)
        return Result(outcome, *counts, commit=self._commit, reason=reason, new_by_category=by_category)

    def _publish(self, failures: list[tuple[str, str]], pending: list[Pending]) -> None:
        """The order of the steps is what a crash at any point relies on; docs/architecture.md tells why."""
        if self._broken:
            raise self._broken
        try:
            self._commit_all(failures, pending)
        except StateError:
            renew(self._store, self._repository, self._commit or self._base)
            if not self._commit:
                self._commit_all(failures, pending)
        with uninterrupted():
            self.evidence.settle()
            self._checkout.finish()

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
        self._store.add_failures(failures, self._now())
        refused = {url: Pending(url, "article") for url, reason in failures if reason not in NO_PAGE}
        left = refused | {one.url: one for one in pending}
        tries = {url: count for url, (_, count) in self._store.failures().items()}
        self._store.set_pending(one for one in left.values() if tries.get(one.url, 0) < GIVE_UP)

    def _write_lists(self) -> None:
        if self._rows or self._base:
            self._write_lists_into(self._stage, self._rows, self._before)

    def _write_lists_into(self, stage: Stage, rows: list[Row], before: list[Row]) -> None:
        """All that names these articles, as they are and as they were."""
        for file in ListWriter(self._store, self._site, self._config, self._prefix).files(rows, before):
            stage.write(file)
        FeedWriter(self._store, stage, self._site, self._config).write([*rows, *before])

    def _check(self) -> None:
        """The gate over all files of this run but the pages, which have passed it."""
        if faults := self._inspector.other_faults(self._rows):
            raise CommitError(f"the gate refuses {faults[0]} and {len(faults) - 1} more files; report this")

    def _make_commit(self) -> None:
        """Objects, then the note for the working copy, then the branch, then the state."""
        if not self._stage.written:
            return
        if operation := operation_of(self._repository):
            raise CommitError(f"somebody began {operation} in the working copy; finish it or take it back")
        require_space(self._repository.private, 2 * self._stage.size, 16)
        message = f"newsmirror: {len(self._new)} new, {len(self._updated)} updated"
        when = self._now()
        commit = self._committer.make(self._stage.files(), message, parent=self._base, when=when)
        self._checkout.begin(self._base, commit)
        self._committer.publish(commit, parent=self._base, when=when)
        self._commit = commit
        self._store.set_commit(commit)

    def _push(self, result: Result, stop: Callable[[], bool]) -> Result:
        """Bring the newest commit to every remote; one of an earlier run as well."""
        join = Joiner(
            self._repository, self._store, self._committer,
            config=self._config, site=self._site, write_lists=self._write_lists_into, now=self._now,
        )  # fmt: skip
        pusher = Pusher(self._repository, self._config.pushing, join=join, now=self._now, stop=stop)
        try:
            pushes = pusher.run()
        except NoSpaceError as error:
            return replace(result, outcome=Outcome.NO_SPACE, reason=str(error))
        outcome = judge_pushes(result.outcome, [push.result for push in pushes])
        commit = self._repository.tip() if result.commit else None  # joined, it may have become another one
        return replace(result, outcome=outcome, commit=commit, remotes=pushes)

    def _write_status(self, result: Result, report: Report) -> None:
        commit = result.commit or self._repository.tip()
        status = make_status(
            result, report, started=self._started, finished=self._now(), commit=commit, articles=self._store.count(),
            quarantine=self.evidence.counts(),
        )  # fmt: skip
        if why := write_status(self._repository.private, status):
            logger.warning("The status file cannot be written (%s); monitors see the run before", why)
