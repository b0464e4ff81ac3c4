"""The publisher: opens the working copy, takes pages, and ends a run with one commit. Knows nothing of Scrapy."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime

from newsmirror import paths
from newsmirror.adopt import open_repository, read_rows
from newsmirror.archive import read_records
from newsmirror.checks import find_fault
from newsmirror.config import Config
from newsmirror.exceptions import CommitError, NewsmirrorError, NoSpaceError, RefusedError
from newsmirror.feedwriter import FeedWriter
from newsmirror.git import Repository
from newsmirror.indexes import ListWriter
from newsmirror.items import Article, OutputFile, Page, Row, StoredPicture
from newsmirror.manners import pause_after
from newsmirror.outcome import Outcome, Report, judge, judge_pushes
from newsmirror.pictures import make_note, read_note
from newsmirror.push import Pusher
from newsmirror.record import Record, record_file
from newsmirror.site import Site
from newsmirror.status import Result, make_status, write_status
from newsmirror.store import Pending, Store
from newsmirror.worktree import RunLock, WorkTree, writing

logger = logging.getLogger(__name__)


def find_prefix(config: Config) -> str | None:
    """The public address of the tree: the setting, else from the first remote of an existing working copy."""
    if config.public_url or not (config.repo / ".git").is_dir():
        return config.public_url
    try:
        repository = Repository(config.repo, config.branch)
    except NewsmirrorError:
        return None
    try:
        return _prefix_of(repository, config)
    finally:
        repository.close()


def _prefix_of(repository: Repository, config: Config) -> str | None:
    return config.public_url or paths.prefix_of_remote(repository.remote_url() or "", config.branch)


def make_page(article: Article, config: Config, prefix: str | None, *, path: str | None = None) -> Page:
    """An article with its place in the tree (*path* where it has one) and the address that its QR code holds."""
    path = path or paths.page_path(config.page_path, article)
    return Page(article, path, paths.public_address(prefix, path, article.url))


class Publisher:
    """Owns working copy, state and lock for one run: `open`, then `add` for each page, then `finish`."""

    def __init__(self, config: Config, site: Site, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)):
        self._config = config
        self._site = site
        self._now = now
        self._new: dict[int, Row] = {}
        self._updated: dict[int, Row] = {}

    # Opening

    def open(self) -> None:
        """Make or adopt the working copy, take the lock, put an interrupted run right, bring the state up to date.

        Raises RefusedError, BusyError or NoSpaceError; nothing is left open then.
        """
        repository = open_repository(self._config, self._site)
        self._prefix = _prefix_of(repository, self._config)
        with writing("the folder .git/newsmirror"):
            repository.private.mkdir(exist_ok=True)
        lock = RunLock(repository.private / "lock")
        try:
            self._repository, self._lock = repository, lock
            self._tree = WorkTree(self._config.repo, repository.private / "journal")
            if count := self._tree.recover(repository.contents):
                logger.warning("An interrupted run left %d files; they are put back and will come again", count)
            self._open_store()
            self._lists = ListWriter(self._store, self._tree, self._site, self._config, self._prefix)
            self._feeds = FeedWriter(self._store, self._tree, repository, self._site, self._config)
        except BaseException:
            lock.release()
            raise
        if self._prefix is None:
            logger.warning(
                "NEWSMIRROR_PUBLIC_URL is not set and no known remote tells it: QR codes hold the source's addresses"
            )

    def _open_store(self) -> None:
        path = self._repository.private / "state.sqlite"
        fresh = not path.exists()
        self._store = Store(path)
        tip = self._repository.tip()
        if tip is None or self._store.commit_id() == tip:
            return
        known = self._store.commit_id()
        if known and not self._store.damaged and not self._repository.data_changed(known):
            self._store.set_commit(tip)
            return
        count = self._store.rebuild(read_rows(self._repository.data_files()), tip)
        why = "was damaged" if self._store.damaged else "was missing" if fresh else "belonged to another commit"
        logger.warning("The state file %s; it is rebuilt from data/ with %d articles", why, count)

    # Memory: what the crawl may ask

    def knows(self, identifier: int) -> bool:
        """Whether an article is published."""
        return self._store.knows(identifier)

    def row(self, identifier: int) -> Row | None:
        """What is known of a published article."""
        return self._store.get(identifier)

    def pictures(self, identifier: int) -> tuple[StoredPicture, ...]:
        """The pictures of a published article that are in the tree."""
        row = self._store.get(identifier)
        record = next(read_records(self._repository, [row]))[1] if row else None
        found = read_note(record.notes) if record else ()
        return tuple(picture for picture in found if (self._config.repo / picture.path).exists())

    def is_due(self, url: str) -> bool:
        """Whether an address that failed before may be asked again."""
        return self._store.is_due(url, self._now())

    def pending(self) -> list[Pending]:
        """What the last run did not get to."""
        return self._store.pending()

    def paused_until(self, host: str) -> datetime | None:
        """Until when a host is to be left alone, None where it may be asked."""
        pause = self._store.pause(host)
        return pause[0] if pause and pause[0] > self._now() else None

    def pause(self, host: str, asked_seconds: float | None) -> datetime:
        """Leave a host alone that turned this run away, longer with each run in a row; returns until when."""
        before = self._store.pause(host)
        runs = before[1] + 1 if before else 1
        until = self._now() + pause_after(runs, asked_seconds)
        self._store.set_pause(host, until, runs)
        return until

    def end_pause(self, host: str) -> None:
        """Forget that a host turned runs away."""
        self._store.end_pause(host)

    # Pages

    def add(self, page: Page) -> str | None:
        """Write a page, its QR code, its record and its new pictures; returns the fault where the gate keeps it out.

        A page that is known keeps its path, and its QR code where its address is the same.
        """
        text, code, *pictures = page.files()
        for file in (text, *pictures):
            if fault := find_fault(file, exists=lambda path: True):
                return fault
        known = self._store.get(page.article.id)
        old = self._tree.read(page.path)
        for picture in pictures:
            self._tree.write(picture)
        self._tree.write(text)
        if self._tree.read(code.path) is None or old is None or f"<{page.address}>".encode() not in old:
            self._tree.write(code)
        self._tree.write(record_file(Record(page.article, make_note(page.pictures))))
        (self._updated if known else self._new)[page.article.id] = Row.of(page)
        return None

    # The end of a run

    def finish(
        self,
        report: Report,
        *,
        failures: Iterable[tuple[str, str]] = (),
        pending: Iterable[Pending] = (),
        stop: Callable[[], bool] = lambda: False,
    ) -> Result:
        """Lists, gate, commit, state, pushes, status; never raises for what can go wrong outside of this program.

        *stop* says whether remotes should not be waited for any more; it is asked often, from threads.
        """
        try:
            result = self._publish(report, list(failures), list(pending))
        except NoSpaceError as error:
            result = self._put_back(Outcome.NO_SPACE, str(error))
        except CommitError as error:
            result = self._put_back(Outcome.COMMIT_FAILED, str(error))
        except RefusedError as error:
            result = self._put_back(Outcome.REFUSED, str(error))
        else:
            result = self._push(result, stop)
        self._write_status(result, report)
        return result

    def _publish(self, report: Report, failures: list[tuple[str, str]], pending: list[Pending]) -> Result:
        rows = [*self._new.values(), *self._updated.values()]
        commit = None
        with self._store.transaction():
            before = {row.id: old for row in rows if (old := self._store.get(row.id))}
            self._store.put(rows)
            self._store.add_failures(failures, self._now())
            self._store.set_pending(pending)
            if rows or self._repository.tip():
                self._lists.write(rows, list(before.values()))
                self._feeds.write([*rows, *before.values()])
            if faults := self._faults():
                raise CommitError(f"the gate refuses {faults[0]} and {len(faults) - 1} more files; report this")
            if written := self._tree.written:
                commit = self._commit(written)
                self._store.set_commit(commit)
        self._tree.settle()
        if commit and (why := self._repository.refresh_index(written)):
            logger.warning("The commit is made, but git's index was not refreshed (%s); run git reset once", why)
        outcome = judge(report) or (Outcome.PUBLISHED if commit else Outcome.NOTHING_NEW)
        return Result(outcome, len(self._new), len(self._updated), commit)

    def _faults(self) -> list[str]:
        """What the gate has against the files of this run, each with its path."""
        faults = []
        for path in self._tree.written:
            file = OutputFile(path, self._tree.read(path) or b"")
            if fault := find_fault(file, exists=lambda goal: (self._config.repo / goal).exists()):
                faults.append(f"{path}, which {fault},")
        return faults

    def _commit(self, written: list[str]) -> str:
        files = (OutputFile(path, self._tree.read(path) or b"") for path in sorted(written, key=paths.commit_order))
        message = f"newsmirror: {len(self._new)} new, {len(self._updated)} updated"
        return self._repository.commit(files, message, author=self._config.author, when=self._now())

    def _push(self, result: Result, stop: Callable[[], bool]) -> Result:
        """Bring the newest commit to every remote; one of an earlier run as well."""
        try:
            pushes = Pusher(self._repository, self._config.pushing, now=self._now, stop=stop).run()
        except NoSpaceError as error:
            return replace(result, outcome=Outcome.NO_SPACE, reason=str(error))
        outcome = judge_pushes(result.outcome, [push.result for push in pushes])
        return replace(result, outcome=outcome, remotes=pushes)

    def _put_back(self, outcome: Outcome, reason: str) -> Result:
        """Leave the tree as the last commit has it; the articles come again with the next run."""
        try:
            self._tree.recover(self._repository.contents)
        except (OSError, NewsmirrorError):
            logger.warning("Files of this run could not be put back; the next run will do it")
        return Result(outcome, reason=reason)

    def _write_status(self, result: Result, report: Report) -> None:
        commit = result.commit or self._repository.tip()
        status = make_status(result, report, finished=self._now(), commit=commit, articles=self._store.count())
        if why := write_status(self._repository.private, status):
            logger.warning("The status file cannot be written (%s); monitors see the run before", why)

    def close(self) -> None:
        """Give up state and lock."""
        self._store.close()
        self._repository.close()
        self._lock.release()
