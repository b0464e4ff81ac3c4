"""Brings the newest commit to every remote, each for itself, and asks each whether it holds it. Never with force."""

import logging
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from newsmirror.confirmations import Confirmation, Confirmations
from newsmirror.exceptions import CommitError, NoSpaceError, PushError, RefusedError, SideError
from newsmirror.git import Repository
from newsmirror.gitpush import Transport
from newsmirror.gitside import SideRepository
from newsmirror.interrupts import result_of
from newsmirror.outcome import PushResult
from newsmirror.procgroup import Limits, end_strays
from newsmirror.pushing import Pushing
from newsmirror.remotes import RemotePush

logger = logging.getLogger(__name__)
ROUNDS = 3
"""How often a push is tried that another publisher's is faster than."""
SENDERS = 4
"""Pushes at once: each takes some 100 MB at a million articles."""
LONGEST = 900.0
"""Seconds that one remote may take in a run, however lively it is: a backlog goes on with the next run."""


class Join(Protocol):
    """Builds our branch on top of what another publisher of the same mirror pushed."""

    def __call__(self, side: SideRepository, theirs: str, *, is_held: bool) -> None:
        """Move our branch to a commit that holds both. *is_held*: some remote holds ours, so it has to stay.

        Raises PushError where *theirs* may not be joined.
        """


@dataclass
class _Way:
    """One remote in one run."""

    transport: Transport
    known: Confirmation
    there: str | None = None
    """The commit that the remote was last seen at."""
    theirs: str | None = None
    """What it holds that we do not, fetched."""
    took: bool = False
    result: PushResult | None = None
    words: str = ""

    @property
    def side(self) -> SideRepository:
        return self.transport.side

    @property
    def failed(self) -> bool:
        return self.result is not None and not self.result.holds and self.result is not PushResult.RACED

    def end(self, result: PushResult, words: str = "") -> None:
        self.result, self.words = result, words


class Pusher:
    """The pushes of one run."""

    def __init__(
        self,
        repository: Repository,
        pushing: Pushing,
        *,
        join: Join | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        stop: Callable[[], bool] = lambda: False,
    ):
        """*stop* says whether the operator wants the end at once; it is asked often, from threads."""
        self._repository, self._join, self._now = repository, join, now
        self._records = Confirmations(repository.private / "remotes.json")
        self._aborted = False
        limits = Limits(pushing.patience, time.monotonic() + LONGEST, lambda: self._aborted or stop())
        self._ways = [
            _Way(Transport(repository, remote, pushing.login, limits, route=pushing.route), self._records.get(remote))
            for remote in pushing.remotes
        ]
        self._tip = ""

    def run(self) -> tuple[RemotePush, ...]:
        """Push what is missing; returns what became of each remote, in the order of the setting. Never raises
        for what a remote does."""
        if not self._ways or not (tip := self._repository.tip()):
            return ()
        self._tip = tip
        end_strays(self._repository.private / "side")
        with ExitStack() as stack:
            for way in self._ways:
                stack.enter_context(way.transport)
            for _ in range(ROUNDS):
                if not (open_ways := [way for way in self._ways if self._is_open(way)]):
                    break
                self._at_once(self._look, open_ways)
                self._join_all(open_ways)
                self._at_once(self._send, [way for way in self._ways if not way.failed], SENDERS)
        return tuple(map(self._report, self._ways))

    def _is_open(self, way: _Way) -> bool:
        return not way.failed and way.there != self._tip

    def _at_once(self, step: Callable[[_Way], None], ways: list[_Way], limit: int = 32) -> None:
        """Do a step for all of these remotes side by side: a silent one must not keep the others waiting."""

        def safely(way: _Way) -> None:
            try:
                step(way)
            except PushError as error:
                way.end(error.result, error.words)
            except SideError as error:
                way.end(PushResult.BROKEN, str(error))

        if ways:
            with ThreadPoolExecutor(min(len(ways), limit)) as pool:
                try:
                    for future in [pool.submit(safely, way) for way in ways]:
                        result_of(future)
                except BaseException:
                    self._aborted = True  # else the end of the pool would wait for the remotes
                    pool.shutdown(wait=False, cancel_futures=True)
                    raise
        for way in self._ways:
            self._records.set(way.transport.remote, way.known)

    # Looking

    def _look(self, way: _Way) -> None:
        """Ask where the remote is, and fetch what it holds beyond ours."""
        way.result, way.theirs = None, None
        way.there = way.transport.ask()
        if way.there is None or (way.side.has(way.there) and way.side.is_ancestor(way.there, self._tip)):
            return
        theirs = way.transport.fetch(self._tip)
        confirmed = way.known.commit
        if confirmed and way.side.has(confirmed) and not way.side.is_ancestor(confirmed, theirs):
            raise PushError(PushResult.DIVERGED, f"it no longer holds {confirmed[:7]}; its history was rewritten")
        if way.side.base(self._tip, theirs) is None:
            raise PushError(PushResult.DIVERGED, "it shares no commit with the working copy; clone one from the other")
        way.there, way.theirs = theirs, theirs

    # Joining

    def _join_all(self, ways: Iterable[_Way]) -> None:
        for way in ways:
            if way.failed or way.theirs is None:
                continue
            try:
                self._join_one(way, way.theirs)
            except PushError as error:
                way.end(error.result, error.words)
            except (CommitError, NoSpaceError, RefusedError, SideError) as error:
                way.end(PushResult.DIVERGED, f"what it holds could not be joined: {error}")

    def _join_one(self, way: _Way, theirs: str) -> None:
        if way.side.is_ancestor(theirs, self._tip):
            return
        if self._join is None:
            raise PushError(PushResult.DIVERGED, "it holds commits that the working copy does not")
        self._join(way.side, theirs, is_held=self._is_held(way.side, theirs))
        self._tip = self._repository.tip() or self._tip

    def _is_held(self, side: SideRepository, theirs: str) -> bool:
        """Whether some remote holds a commit of ours that *theirs* was not built on."""
        seen = {commit for way in self._ways for commit in (way.there, way.known.commit) if commit and side.has(commit)}
        return any(side.is_ancestor(commit, self._tip) and not side.is_ancestor(commit, theirs) for commit in seen)

    # Sending

    def _send(self, way: _Way) -> None:
        """Push step by step what the remote lacks; each step counts once the remote says that it is there."""
        if way.there != self._tip:
            for commit in way.side.steps(way.there, self._tip, way.known.step):
                self._send_step(way, commit)
        way.known = way.known.reached(self._tip, self._now())
        way.end(PushResult.PUSHED if way.took else PushResult.CURRENT)

    def _send_step(self, way: _Way, commit: str) -> None:
        try:
            way.transport.push(commit)
        except PushError as error:
            self._judge(way, commit, error)
        way.there = way.transport.ask()
        if way.there != commit:
            other = way.there is not None and not way.side.has(way.there)
            raise PushError(PushResult.RACED if other else PushResult.UNCONFIRMED)
        way.took = True
        way.known = way.known.reached(commit, self._now())

    def _judge(self, way: _Way, commit: str, error: PushError) -> None:
        """A push that failed: the connection may have broken after the remote took the commit, so ask."""
        if error.result is PushResult.SILENT:
            if way.took and time.monotonic() > way.transport.limits.deadline:
                raise PushError(PushResult.UNFINISHED, error.words) from error
            way.known = way.known.too_slow()
        if error.result not in (PushResult.UNREACHABLE, PushResult.BROKEN) or way.transport.ask() != commit:
            raise error

    def _report(self, way: _Way) -> RemotePush:
        result = way.result or PushResult.RACED
        push = RemotePush(way.transport.remote.name, result, way.words, way.known.commit, way.known.time)
        if not result.holds:
            logger.warning("Not pushed to %s: %s", push.name, push.sentence)
        return push
