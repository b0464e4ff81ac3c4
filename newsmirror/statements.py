"""Signed statements as commits hold them: reading them, and finding the newest one that is ours."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from newsmirror.exceptions import SigningError
from newsmirror.git import Repository
from newsmirror.gittrees import FOLDER as FOLDER_MODE
from newsmirror.gittrees import tree_id
from newsmirror.gitwalk import read_entries
from newsmirror.manifests import FOLDER, SIGNATURE, STATEMENT
from newsmirror.sshkeys import signer, signers_of, verify
from newsmirror.statement import Statement, decode

TRIED = 20
"""Commits that are looked at for a statement of ours; with one publisher it is the first of them."""
OWN_FILES = {path.removeprefix(f"{FOLDER}/") for path in (STATEMENT, SIGNATURE)}


@dataclass(frozen=True)
class Anchor:
    """A commit whose statement is ours and fits it: a place from which a new one can go on."""

    commit: str
    statement: Statement
    folder: str | None
    """Id of the tree of `FOLDER`, None where there is none."""


def statement_at(repository: Repository, commit: str | None) -> Statement | None:
    """The statement in a commit, whoever signed it; None where there is none that can be read."""
    content = next(repository.blobs([f"{commit}:{STATEMENT}"])) if commit else None
    try:
        return decode(content or b"")
    except ValueError:
        return None


def history(repository: Repository, *heads: str, limit: int = -1) -> Iterator[str]:
    """The commits that brought another statement than their parent has, newest first; *limit* of them, -1 for all."""
    words = ("rev-list", "--full-history", f"--max-count={limit}", *heads, "--", STATEMENT)
    yield from repository.run(*words).decode().split()


def signed_tree(repository: Repository, commit: str) -> tuple[str, str | None]:
    """The id of a commit's tree without the two files of the statement, and that of `FOLDER` as it is."""
    entries = read_entries(repository, f"{commit}^{{tree}}")
    folder = next((entry for entry in entries if entry.name == FOLDER), None)
    if folder is None or folder.mode != FOLDER_MODE:
        return tree_id(entries), None
    inner = [entry for entry in read_entries(repository, folder.id.hex()) if entry.name not in OWN_FILES]
    changed = folder._replace(id=bytes.fromhex(tree_id(inner))) if inner else None
    kept = [changed if entry is folder else entry for entry in entries]
    return tree_id(filter(None, kept)), folder.id.hex()


def find_anchor(repository: Repository, heads: Iterable[str], public: str) -> Anchor | None:
    """The newest commit below *heads* whose statement is signed with this key and fits it, None where there is none."""
    commits = list(history(repository, *heads, limit=TRIED)) if heads else []
    contents = repository.blobs(f"{commit}:{path}" for commit in commits for path in (STATEMENT, SIGNATURE))
    found = []
    for commit, statement, signature in zip(commits, contents, contents, strict=True):
        if statement and signature and _has_signed(statement, signature, public):
            found.append((decode(statement), commit))
    for ours, commit in sorted(found, key=lambda pair: -pair[0].number):
        tree, folder = signed_tree(repository, commit)
        if tree == ours.tree:
            return Anchor(commit, ours, folder)
    return None


def is_signed(repository: Repository, commit: str, public: str) -> bool:
    """Whether a commit is as a statement says that is signed with this key."""
    anchor = find_anchor(repository, [commit], public)
    return anchor is not None and anchor.statement.tree == signed_tree(repository, commit)[0]


def _has_signed(statement: bytes, signature: bytes, public: str) -> bool:
    try:
        if signer(signature) != public:
            return False
        verify(statement, signature, signers_of(public))
        decode(statement)
    except (SigningError, ValueError):
        return False
    return True
