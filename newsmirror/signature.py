"""Whether a mirror, as its readers have it, is what its publisher has signed. Reads only, and needs no state.

Every file is read once. Files of articles are named by signed lists, see `manifests`; all are bound by one value, see
`treehash`, and git tells which other file differs where it holds the commit that was signed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsmirror import succession
from newsmirror.clone import Clone, Entry
from newsmirror.exceptions import SigningError
from newsmirror.git import Repository
from newsmirror.items import stamp
from newsmirror.manifests import FOLDER, SIGNATURE, STATEMENT, is_own
from newsmirror.signedlists import SignedLists
from newsmirror.statement import Statement, decode
from newsmirror.statements import TRIED, history, signed_tree, statement_at
from newsmirror.theirs import DAY
from newsmirror.treehash import TreeHash
from newsmirror.trust import Trust
from newsmirror.verify import Finding

SLACK = timedelta(days=1)
"""So much a clock may be wrong."""


@dataclass
class SignatureCheck:
    """Compares a mirror with its signed statement, once."""

    clone: Clone
    trust: Trust
    now: datetime
    seen: Statement | None = None
    """One that the reader has kept from an earlier visit."""
    statement: Statement | None = None
    signer: str = ""
    """Fingerprint of the key that has signed."""
    files: int = 0
    articles: int = 0

    def __post_init__(self) -> None:
        self._hash = TreeHash()
        self._named: set[int] = set()
        """Hashes of the paths that findings name."""

    def findings(self) -> Iterator[Finding]:
        """Everything that is not as it was signed; one finding only where nothing can be believed."""
        if fault := self._open():
            yield Finding(STATEMENT, fault)
            return
        assert self.statement
        self._lists = SignedLists(self.clone, self.statement.manifests)
        yield from (Finding(STATEMENT, fault) for fault in self._time_faults(self.statement))
        yield from (Finding(path, fault) for path, fault in sorted(self._lists.faults.items()))
        for entry in self.clone.top():
            yield from self._entry_findings(entry)
        yield from (self._finding(path, "is missing; a signed list names it") for path in self._lists.missing())
        yield from self._whole_findings(self.statement)
        repository = self.clone.repository
        yield from (Finding(STATEMENT, f) for f in succession.faults(self.statement, self.seen, repository))

    def _open(self) -> str | None:
        """Read the statement; returns why it cannot be believed."""
        content, signature = self.clone.read(STATEMENT), self.clone.read(SIGNATURE)
        if content is None or signature is None:
            return "or its signature is not there: this mirror is not signed, or somebody has taken that away"
        try:
            self.signer = self.trust.check(content, signature)
            self.statement = decode(content)
        except SigningError as error:
            return f"is not signed as it should be: {error}"
        except ValueError:
            return "is signed, but not in a form that this program knows; use a newer one"
        return None

    def _time_faults(self, statement: Statement) -> Iterator[str]:
        if statement.expires < self.now:
            yield (
                f"was good until {stamp(statement.expires)}: a newer one is kept from you, or nobody publishes any more"
            )
        if statement.time > self.now + SLACK:
            yield f"is of {stamp(statement.time)}, which is to come: a clock is wrong"

    # Files

    def _entry_findings(self, entry: Entry) -> Iterator[Finding]:
        if not entry.is_folder:
            yield from self._file_findings(entry)
            return
        for _, entries in self.clone.walk(entry):
            for inner in entries:
                if not inner.is_folder:
                    yield from self._file_findings(inner)

    def _file_findings(self, entry: Entry) -> Iterator[Finding]:
        path = entry.path
        if is_own(path):
            if path not in (STATEMENT, SIGNATURE) and self._lists.is_strange(path):
                yield self._finding(path, "was added: the signed statement does not lead to it")
        elif entry.mode is None:
            if entry.is_plainly_committed and not self._lists.names(path):
                yield self._finding(path, "is missing; the newest commit holds it")
        elif hashes := self.clone.hashes(path) if entry.is_file else None:
            yield from self._content_findings(entry, *hashes)
        elif entry.committed is None or entry.is_plainly_committed:
            yield self._finding(path, "is no ordinary file that can be read")

    def _content_findings(self, entry: Entry, digest: str, number: bytes) -> Iterator[Finding]:
        path = entry.path
        self._hash.add(path, digest)
        self.files += 1
        if DAY.fullmatch(path):
            self.articles += (self.clone.read(path) or b"").count(b"\n")
        if fault := self._lists.fault(path, digest):
            yield self._finding(path, fault)
        elif self.clone.has_commit and not self._lists.names(path) and not entry.is_id(number):
            known = "differs from the newest commit" if entry.committed else "was added: it is not in the newest commit"
            yield self._finding(path, known)

    def _finding(self, path: str, fault: str) -> Finding:
        self._named.add(hash(path))
        return Finding(path, fault)

    # The whole

    def _whole_findings(self, statement: Statement) -> Iterator[Finding]:
        """What no list names: the value over all files, the tree of the newest commit, the number of articles."""
        repository = self.clone.repository
        same_tree = repository is None or signed_tree(repository, "HEAD")[0] == statement.tree
        same_files = self._hash.value() == statement.content and self.files == statement.files
        if repository is not None and not same_tree:
            yield from self._later_findings(repository, statement)
        if not self._named and not (same_tree and same_files):
            yield Finding(STATEMENT, f"does not fit: files outside of {FOLDER}/, pages/ and data/ are not as signed")
        if same_files and self.articles != statement.articles:
            yield Finding(STATEMENT, f"speaks of {statement.articles} articles; data/ names {self.articles}")

    def _later_findings(self, repository: Repository, statement: Statement) -> Iterator[Finding]:
        """What the newest commit has otherwise than the commit that was signed, where git holds that one."""
        signed = next(
            (
                commit
                for commit in history(repository, "HEAD", limit=TRIED)
                if (found := statement_at(repository, commit)) is not None
                and found.digest == statement.digest
                and signed_tree(repository, commit)[0] == statement.tree
            ),
            None,
        )
        for change in repository.changes(signed, "HEAD") if signed else ():
            if not is_own(change.path) and hash(change.path) not in self._named:
                word = "changed" if change.before and change.after else "added" if change.after else "removed"
                yield self._finding(change.path, f"was {word} after the statement was signed")
