"""The first commit of a new working copy: what a remote holds already, so that its history goes on."""

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime

from newsmirror.adopt import refuse_strangers
from newsmirror.checkout import Checkout
from newsmirror.commits import Committer
from newsmirror.exceptions import PushError, RefusedError, StoppedError
from newsmirror.git import Repository
from newsmirror.gitpush import Transport
from newsmirror.interrupts import result_of
from newsmirror.outcome import PushResult
from newsmirror.procgroup import Limits
from newsmirror.pushing import Pushing
from newsmirror.site import Site

logger = logging.getLogger(__name__)

LONGEST = 1500.0
"""Seconds that fetching a whole mirror may take, as long as it moves; the run must not count as hanging."""
WHOLE = 16 * 1024**3
"""Bytes of a whole mirror; hosts stop far below."""


def inherit(
    repository: Repository,
    pushing: Pushing,
    *,
    site: Site,
    checkout: Checkout,
    committer: Committer,
    now: Callable[[], datetime],
    stop: Callable[[], bool],
) -> str | None:
    """Begin the branch, which has no commit yet, with that of the first remote that has one; returns its commit.

    Without this, the first run after a lost disk would begin a second history that no remote could take. None where
    no remote has the branch. Raises RefusedError where a remote has one that cannot be fetched, StoppedError where
    *stop* says that nothing should be waited for any more.
    """
    with ExitStack() as stack:
        limits = Limits(pushing.patience, time.monotonic() + LONGEST, stop)
        ways = [
            stack.enter_context(Transport(repository, remote, pushing.login, limits, route=pushing.route))
            for remote in pushing.remotes
        ]
        for way in _with_history(ways):
            name = way.remote.name
            try:
                commit = way.fetch(None, room=WHOLE)
            except PushError as error:
                _refuse_stopped(error)
                words = error.words or error.result.sentence
                raise RefusedError(
                    f"the remote '{name}' holds a history that cannot be fetched ({words}); run again, or clone it"
                ) from error
            way.side.hand_over()
            try:
                refuse_strangers(repository, commit, site)
            except RefusedError:
                logger.warning("The remote '%s' holds something else than this mirror; nothing is pushed there", name)
                continue
            checkout.begin(None, commit)
            committer.publish(commit, parent=None, when=now())
            checkout.finish()
            logger.info("The working copy is new; it goes on from what '%s' holds", name)
            return commit
    return None


def _with_history(ways: list[Transport]) -> list[Transport]:
    """The remotes that have the branch; who does not answer is asked again when it is pushed to."""

    def ask(way: Transport) -> bool:
        try:
            return way.ask() is not None
        except PushError as error:
            _refuse_stopped(error)
            logger.warning(
                "Whether the remote '%s' holds a mirror is not known: %s", way.remote.name, error.result.sentence
            )
            return False

    if not ways:
        return []
    with ThreadPoolExecutor(len(ways)) as pool:
        answers = [pool.submit(ask, way) for way in ways]
        return [way for way, answer in zip(ways, answers, strict=True) if result_of(answer)]


def _refuse_stopped(error: PushError) -> None:
    if error.result is PushResult.STOPPED:
        raise StoppedError("a signal came while a remote was asked; nothing is changed") from error
