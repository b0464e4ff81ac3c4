"""A mirror that is ours for a while: working copy, lock and state; how a commit gets into them and to remotes."""

import logging
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from itertools import chain

from newsmirror.adopt import open_repository, refuse_strangers
from newsmirror.checkout import Checkout, operation_of
from newsmirror.commits import Committer
from newsmirror.config import Config
from newsmirror.durable import require_space, uninterrupted, writing
from newsmirror.exceptions import CommitError, NoSpaceError, RefusedError
from newsmirror.feedwriter import FeedWriter
from newsmirror.indexes import ListWriter
from newsmirror.inherit import inherit
from newsmirror.items import OutputFile, Row
from newsmirror.join import Joiner
from newsmirror.lock import RunLock
from newsmirror.objects import Objects
from newsmirror.outcome import Outcome, judge_pushes
from newsmirror.packs import give_back
from newsmirror.placing import prefix_of
from newsmirror.private import make_private
from newsmirror.push import Pusher
from newsmirror.sealing import sealing
from newsmirror.site import Site
from newsmirror.soundness import find_damage
from newsmirror.stage import Stage
from newsmirror.stale import remove_stale
from newsmirror.state import open_state, renew
from newsmirror.statement import About
from newsmirror.statements import is_signed
from newsmirror.status import Result

logger = logging.getLogger(__name__)


class Mirror:
    """Owns repository, lock and state between `open` and `close`."""

    def __init__(self, config: Config, site: Site, now: Callable[[], datetime]):
        self.config, self.site, self.now = config, site, now
        self.made: str | None = None
        """The commit of this run, as soon as the branch has it."""

    def open(self, *, stop: Callable[[], bool] = lambda: False) -> None:
        """Make or adopt the working copy, take the lock, put an interrupted run right, bring the state up to date.

        *stop* says whether remotes should not be waited for any more; it is asked often, from threads. Raises
        RefusedError, BusyError, StoppedError or NoSpaceError; nothing is left open then.
        """
        with writing("NEWSMIRROR_REPO"), ExitStack() as stack:
            self.repository = open_repository(self.config, self.site)
            private = self.repository.private
            make_private(private)
            with writing("the folder .git/newsmirror"):
                require_space(private, 0, 0)
            self._lock = RunLock(private / "lock")
            self.repository.is_held = True
            stack.callback(self._unlock)
            self.committer = Committer(self.repository, self.config.author)
            self._recover(self._lock.died)
            self._checkout = Checkout(self.repository)
            tip = self._sound_tip()
            self._checkout.finish()
            self.base = tip or self._inherit(stop)
            """The commit that this run builds on, None before the first."""
            self.store = open_state(self.repository, self.base, doubtful=self._lock.died is not None)
            stack.callback(self.store.close)
            self.prefix = prefix_of(self.repository, self.config)
            self._open = stack.pop_all()
        if self.prefix is None:
            logger.warning(
                "NEWSMIRROR_PUBLIC_URL is not set and no known remote tells it: QR codes hold the source's addresses"
            )

    def _sound_tip(self) -> str | None:
        """The newest commit. Raises RefusedError where it is damaged or another site's: nothing is built on that."""
        tip = self.repository.tip()
        if tip and (damage := find_damage(self.repository, tip)):
            raise RefusedError(f"git cannot read the working copy: {damage}")
        if tip:
            refuse_strangers(self.repository, tip, self.site)
        return tip

    def _inherit(self, stop: Callable[[], bool]) -> str | None:
        """The commit of a remote that a new working copy goes on from."""
        return inherit(
            self.repository, self.config.pushing,
            site=self.site, checkout=self._checkout, committer=self.committer, now=self.now, stop=stop,
        )  # fmt: skip

    def _recover(self, died: float | None) -> None:
        """Clear away what a killed run or a killed git has left."""
        if died is not None:
            logger.warning("The run before did not come to its end; what it had not published comes again")
        remove_stale(self.repository.root, self.repository.branch, died=died)
        self.committer.clear()
        give_back(self.repository.root / ".git" / "objects" / "pack", self.repository.private / "packs")

    def _unlock(self) -> None:
        """Give up the lock; a run whose git has left locks does it as one that dies, for the next one to look."""
        if self.repository.is_clean:
            self._lock.release()
        else:
            self._lock.abandon()

    def close(self) -> None:
        """Give up state and lock."""
        self._open.close()

    def commit(self, files: Iterable[OutputFile], message: str, *, size: int, tree: Objects | None = None) -> None:
        """Objects, then the note for the working copy, then the branch, then the state.

        *files* has those of articles first, with *size* bytes in all; *tree*: see `Committer.make`. Call it within a
        transaction of the state, which ends after it: state after commit. Raises CommitError or NoSpaceError.
        """
        if operation := operation_of(self.repository):
            raise CommitError(f"somebody began {operation} in the working copy; finish it or take it back")
        require_space(self.repository.private, 2 * size, 16)
        when = self.now()
        about = About.of(self.site, when, self.store.count())
        with sealing(self.repository, self.config.signing, about, parent=self.base) as seal:
            commit = self.committer.make(files, message, parent=self.base, when=when, seal=seal, tree=tree)
        with uninterrupted():
            self._checkout.begin(self.base, commit)
            self.committer.publish(commit, parent=self.base, when=when)
            self.made = commit
            self.store.set_commit(commit)

    @property
    def is_signed(self) -> bool:
        """Whether the newest commit needs no statement of ours: it has one, or none is asked for."""
        key = self.config.signing
        return key is None or self.base is None or is_signed(self.repository, self.base, key.public)

    def renew_state(self) -> None:
        """Make a damaged state anew, from what is committed by now."""
        renew(self.store, self.repository, self.made or self.base)

    def follow(self) -> None:
        """Bring the working copy to the commit that this run has made; `open` has done so with those before it."""
        if self.made:
            self._checkout.finish()

    def write_lists(self, stage: Stage, rows: list[Row], before: list[Row]) -> None:
        """Stage all that names these articles, as they are and as they were."""
        listed = ListWriter(self.store, stage, self.site, self.config, self.prefix).files(rows, before)
        feeds = FeedWriter(self.store, stage, self.site, self.config).files([*rows, *before])
        for file in chain(listed, feeds):
            stage.write(file)

    def push(self, result: Result, *, stop: Callable[[], bool]) -> Result:
        """Bring the newest commit to every remote; one of an earlier run as well."""
        join = Joiner(
            self.repository, self.store, self.committer,
            config=self.config, site=self.site, write_lists=self.write_lists, now=self.now,
        )  # fmt: skip
        pusher = Pusher(self.repository, self.config.pushing, join=join, now=self.now, stop=stop)
        try:
            pushes = pusher.run()
        except NoSpaceError as error:
            return replace(result, outcome=Outcome.NO_SPACE, reason=str(error))
        outcome = judge_pushes(result.outcome, [push.result for push in pushes])
        commit = self.repository.tip() if result.commit else None  # joined, it may have become another one
        return replace(result, outcome=outcome, commit=commit, remotes=pushes)
