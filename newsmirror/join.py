"""Puts our newest commit on top of what another publisher of the same mirror has pushed.

Paths are functions of the source's addresses, so both sides' articles fit beside each other; what names articles
(lists, days of ``data/``, the front page) is made anew from the articles of both. Both histories stay: where no remote
holds ours yet, it is built anew on top of theirs, else a merge holds both.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime

from newsmirror.checkout import Checkout, operation_of
from newsmirror.commits import Committer
from newsmirror.config import Config
from newsmirror.durable import require_space, uninterrupted
from newsmirror.exceptions import CommitError, PushError
from newsmirror.git import Repository
from newsmirror.gitside import SideRepository
from newsmirror.inspection import Inspector
from newsmirror.items import OutputFile, Row
from newsmirror.manifests import is_own
from newsmirror.outcome import PushResult
from newsmirror.paths import record_path
from newsmirror.sealing import sealing
from newsmirror.site import Site
from newsmirror.stage import Stage
from newsmirror.statement import About
from newsmirror.store import Store
from newsmirror.theirs import DAY, GONE, Delta, choose, find_row_fault, find_strange, read_day, shown

logger = logging.getLogger(__name__)

WriteLists = Callable[[Stage, list[Row], list[Row]], None]
"""Writes all that names these articles into a stage: (stage, as they are, as they were)."""


class Joiner:
    """Joins commits to the branch that the publisher holds the lock of."""

    def __init__(
        self,
        repository: Repository,
        store: Store,
        committer: Committer,
        *,
        config: Config,
        site: Site,
        write_lists: WriteLists,
        now: Callable[[], datetime],
    ):
        self._repository, self._store, self._committer = repository, store, committer
        self._checkout = Checkout(repository)
        self._config, self._site, self._write_lists, self._now = config, site, write_lists, now

    def __call__(self, side: SideRepository, theirs: str, *, is_held: bool) -> None:
        """Move our branch to a commit that holds both; *is_held*: some remote holds ours, so it has to stay.

        Raises PushError where *theirs* is not what a publisher of this mirror makes, else CommitError or NoSpaceError.
        """
        ours = self._repository.tip()
        base = side.base(ours, theirs) if ours else None
        if ours is None or base is None:
            raise PushError(PushResult.DIVERGED, "it shares no commit with the working copy")
        entries = side.changes(base, theirs)
        _refuse(find_strange(entries))
        if ours != base and (strange := find_strange(side.changes(base, ours))):
            raise PushError(
                PushResult.DIVERGED, f"commits of the working copy cannot be joined by themselves: {strange}"
            )
        side.hand_over()
        self._join(side, base, ours, theirs, is_held=is_held)

    def _join(self, side: SideRepository, base: str, ours: str, theirs: str, *, is_held: bool) -> None:
        us, them = (_delta(self._repository, side, base, commit) for commit in (ours, theirs))
        stage = Stage(self._repository, theirs)
        inspector = Inspector(self._config, self._site, stage)
        try:
            self._check(stage, them, inspector)
            choice = choose(us, them)
            with self._store.transaction():
                self._store.put(choice.rows)
                if ours != base:
                    self._copy(stage, ours, choice.paths)
                    self._write_lists(stage, list(choice.touched), list(choice.before))
                    _check_files(stage, inspector)
                message = f"newsmirror: {choice.new} new, {choice.updated} updated"
                with uninterrupted():
                    self._move(stage, ours, theirs, message, merge=is_held and ours != base)
            with uninterrupted():
                self._checkout.finish()
        finally:
            stage.close()
        logger.info("Took over %d articles that another publisher has pushed", len(choice.rows))

    def _copy(self, stage: Stage, commit: str, paths: tuple[str, ...]) -> None:
        contents = self._repository.blobs(f"{commit}:{path}" for path in paths)
        for path, content in zip(paths, contents, strict=True):
            if content is not None:
                stage.write(OutputFile(path, content))

    def _move(self, stage: Stage, ours: str, theirs: str, message: str, *, merge: bool) -> None:
        """Make the commit, unless theirs holds all of it, and move the branch; the working copy is noted before."""
        if operation := operation_of(self._repository):
            raise CommitError(f"somebody began {operation} in the working copy; finish it or take it back")
        require_space(self._repository.private, 2 * stage.size, 16)
        when, commit = self._now(), theirs
        if stage.written or merge:
            about, merged = About.of(self._site, when, self._store.count()), ours if merge else None
            with sealing(
                self._repository, self._config.signing, about, parent=theirs, merged=merged, known=[ours]
            ) as seal:
                commit = self._committer.make(
                    stage.files(), message, parent=theirs, merged=merged, when=when, seal=seal
                )
        self._checkout.begin(ours, commit)
        self._committer.publish(commit, parent=ours, when=when)
        self._store.set_commit(commit)

    def _check(self, stage: Stage, them: Delta, inspector: Inspector) -> None:
        """Refuse articles that are not the source's, and files that the gate would not let pass from ourselves."""
        records = self._repository.blobs(f"{them.commit}:{record_path(row)}" for row in them.rows.values())
        for row, record in zip(them.rows.values(), records, strict=True):
            fault = find_row_fault(row, record, site=self._site, now=self._now())
            if not fault and not stage.exists(row.path):
                fault = "its page is missing"
            _refuse(fault and f"article {row.id} cannot be used: {fault}")
        paths = [path for path in them.files if path.startswith(("pages/", "images/"))]
        contents = self._repository.blobs(them.files[path] for path in paths)
        for path, content in zip(paths, contents, strict=True):
            fault = inspector.fault(OutputFile(path, content or b""))
            _refuse(fault and f"{shown(path)} {fault}")


def _refuse(strange: str | None) -> None:
    if strange:
        raise PushError(PushResult.DIVERGED, f"its commits are not those of a publisher of this mirror: {strange}")


def _check_files(stage: Stage, inspector: Inspector) -> None:
    for file in stage.files():
        if fault := inspector.fault(file):
            raise CommitError(
                f"the gate refuses {shown(file.path)}, which {fault}, in what both publishers made; report this"
            )


def _delta(repository: Repository, side: SideRepository, base: str, commit: str) -> Delta:
    """What a side has changed since *base*. The objects are the working copy's by now."""
    entries = [entry for entry in side.changes(base, commit) if entry.mode != GONE]
    days = [entry.path for entry in entries if DAY.fullmatch(entry.path)]
    old, new = (_rows(repository, at, days) for at in (base, commit))
    return Delta(
        commit=commit,
        at=datetime.fromtimestamp(int(side.run("show", "--no-patch", "--format=%ct", commit)), UTC),
        files={e.path: e.blob for e in entries if not DAY.fullmatch(e.path) and not is_own(e.path)},
        rows={i: row for i, row in new.items() if old.get(i) != row},
        before=old,
    )


def _rows(repository: Repository, commit: str, days: list[str]) -> dict[int, Row]:
    contents = repository.blobs(f"{commit}:{day}" for day in days)
    try:
        return {
            row.id: row for day, content in zip(days, contents, strict=True) for row in read_day(day, content or b"")
        }
    except ValueError as error:
        raise PushError(PushResult.DIVERGED, str(error)) from error
