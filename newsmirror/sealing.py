"""Signs commits: watches the files that go into one and adds the lists of their hashes and the signed statement.

Nothing is kept beside the commits. A statement goes on from the newest one that is ours, also where another publisher's
commits or a person's came in between; without one, everything that is committed is read once.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import islice

from newsmirror.exceptions import CommitError, SigningError
from newsmirror.git import Change, Repository
from newsmirror.gitwalk import committed_files, plain_files
from newsmirror.items import OutputFile
from newsmirror.manifests import (
    FOLDER,
    SIGNATURE,
    STATEMENT,
    encode_manifest,
    is_own,
    manifest_of,
    parent_of,
    parse_manifest,
    with_changes,
)
from newsmirror.sshkeys import SigningKey, sign
from newsmirror.stage import Stage
from newsmirror.statement import About, Statement
from newsmirror.statements import find_anchor, signed_tree, statement_at
from newsmirror.treehash import TreeHash

AT_ONCE = 200
"""Files whose contents are in memory at once."""
WAITING = 20_000
"""Lines of lists that wait in memory; some megabytes."""
FAR = 1_000_000
"""A number of somebody else's statement that is so far ahead of ours is not followed."""


class Sealer:
    """Signs one commit, made on top of *parent* (None: the first), with a second parent *merged* or without.

    *known* are more commits in which statements of ours may be.
    """

    def __init__(
        self,
        repository: Repository,
        key: SigningKey,
        about: About,
        *,
        parent: str | None,
        merged: str | None = None,
        known: Iterable[str | None] = (),
    ):
        self._repository, self._key, self._about, self._parent = repository, key, about, parent
        heads = [commit for commit in dict.fromkeys((parent, merged, *known)) if commit]
        self._anchor = anchor = find_anchor(repository, heads, key.public)
        self._before = [found for commit in heads if (found := statement_at(repository, commit))]
        followed = {found.digest for commit in (parent, merged) if (found := statement_at(repository, commit))}
        self._previous = tuple(sorted(followed))
        self._stage = Stage(repository, anchor.commit if anchor else None)
        self._hash = TreeHash(anchor.statement.content if anchor else None)
        self._files = anchor.statement.files if anchor else 0
        self._waiting: defaultdict[str, dict[str, str | None]] = defaultdict(dict)
        self._lines = 0

    def close(self) -> None:
        self._stage.close()

    # What the commit holds

    def catch_up(self) -> None:
        """Take in what has been committed since our newest statement.

        Raises CommitError where `FOLDER` is somebody's own.
        """
        if self._parent is None:
            return
        if self._anchor:
            changes: Iterable[Change] = self._repository.changes(self._anchor.commit, self._parent)
        else:
            if signed_tree(self._repository, self._parent)[1] and not self._before:
                raise CommitError(f"{FOLDER} of the newest commit holds something else; rename that folder to sign")
            changes = committed_files(self._repository, self._parent)
        self._take_in(change for change in changes if not is_own(change.path))

    def _take_in(self, changes: Iterable[Change]) -> None:
        source = iter(changes)
        while chunk := list(islice(source, AT_ONCE)):
            names = [name for change in chunk for name in (change.before, change.after) if name]
            contents = self._repository.blobs(names)
            for change in chunk:
                old, new = (next(contents) if name else None for name in (change.before, change.after))
                self._take(change.path, old, new)

    def _take(self, path: str, old: bytes | None, new: bytes | None) -> None:
        digest = hashlib.sha256(new).hexdigest() if new is not None else None
        if old is not None:
            self._hash.remove(path, hashlib.sha256(old).hexdigest())
            self._files -= 1
        if digest:
            self._hash.add(path, digest)
            self._files += 1
        if manifest := manifest_of(path):
            self._waiting[manifest][path] = digest
            self._lines += 1
            if self._lines > WAITING:
                self._write_waiting()

    def watch(self, files: Iterable[OutputFile]) -> Iterator[OutputFile]:
        """The same files, noted on their way into the commit."""
        source = iter(files)
        while chunk := list(islice(source, AT_ONCE)):
            old = plain_files(self._repository, self._parent, [file.path for file in chunk]) if self._parent else {}
            contents = self._repository.blobs(old[file.path] for file in chunk if file.path in old)
            for file in chunk:
                self._take(file.path, next(contents) if file.path in old else None, file.content)
            yield from chunk

    # What is added to it

    @property
    def folder(self) -> str | None:
        """The tree of `FOLDER` that the lists are added to, None where it begins empty."""
        return self._anchor.folder if self._anchor else None

    def lists(self) -> Iterator[OutputFile]:
        """The lists that differ, after all files have been watched."""
        self._write_waiting()
        return self._stage.files()

    def _write_waiting(self) -> None:
        """Write the lists that have changed, then those that name them, up to the top."""
        changes = self._waiting
        while changes:
            above: defaultdict[str, dict[str, str | None]] = defaultdict(dict)
            for manifest, lines in sorted(changes.items()):
                content = self._write(manifest, lines)
                if parent := parent_of(manifest):
                    above[parent][manifest] = hashlib.sha256(content).hexdigest()
            changes = above
        self._waiting.clear()
        self._lines = 0

    def _write(self, manifest: str, lines: dict[str, str | None]) -> bytes:
        entries = parse_manifest(self._stage.read(manifest) or b"")
        content = encode_manifest(with_changes(entries, lines))
        self._stage.write(OutputFile(manifest, content))
        return content

    def statement(self, tree: str) -> tuple[OutputFile, OutputFile]:
        """The statement that the commit has this tree, but for its own two files, and the signature.

        Raises CommitError where ssh-keygen does not sign.
        """
        about = self._about
        content = Statement(
            site=about.site, source=about.source, number=self._number(),
            time=about.when, expires=about.when + timedelta(days=self._key.days),
            articles=about.articles, files=self._files, previous=self._previous,
            tree=tree, content=self._hash.value(), manifests=self._top(),
        ).encode()  # fmt: skip
        try:
            return OutputFile(STATEMENT, content), OutputFile(SIGNATURE, sign(self._key.file, content))
        except SigningError as error:
            raise CommitError(f"the statement cannot be signed: {error}") from error

    def _number(self) -> int:
        ours = self._anchor.statement.number if self._anchor else 0
        return 1 + max([ours, *(found.number for found in self._before if found.number <= ours + FAR)])

    def _top(self) -> dict[str, str]:
        known = dict(self._anchor.statement.manifests) if self._anchor else {}
        written = (path for path in self._stage.written if parent_of(path) is None)
        return known | {path: hashlib.sha256(self._stage.read(path) or b"").hexdigest() for path in written}


@contextmanager
def sealing(
    repository: Repository,
    key: SigningKey | None,
    about: About,
    *,
    parent: str | None,
    merged: str | None = None,
    known: Iterable[str | None] = (),
) -> Iterator[Sealer | None]:
    """A sealer for one commit, None where the operator does not sign. Raises CommitError, see `Sealer.catch_up`."""
    if key is None:
        yield None
        return
    sealer = Sealer(repository, key, about, parent=parent, merged=merged, known=known)
    try:
        sealer.catch_up()
        yield sealer
    finally:
        sealer.close()
