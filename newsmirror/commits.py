"""Makes commits: objects first, all of them on the disk, then the branch, by compare-and-swap.

``git fast-import`` writes the objects: its cost follows the new files and not the archive, it needs no index and takes
no lock, so a dirty index or a stale ``index.lock`` does not matter, and nothing but the named paths can get into a
commit. It writes into a folder of ours; only complete, synced packs move to git's own. Author and committer are the
same fixed identity, all times are UTC.

fast-import stores a file as its difference to the one before it, however bad that is, and git keeps such a choice for
ever. It is right for a record after its page and wrong for a list, whose older version is elsewhere. So there are two
imports: files of articles with differences, then all others and the trees without, for `upkeep` to find theirs.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import IO, Protocol

from newsmirror import manifests
from newsmirror.durable import sync_folder
from newsmirror.exceptions import CommitError, GitError, NoSpaceError
from newsmirror.git import Repository
from newsmirror.gitprocess import Pipe
from newsmirror.items import OutputFile
from newsmirror.objects import Objects
from newsmirror.paths import is_article_file

DISK = re.compile(
    "No space left|Out of diskspace|Disk quota|Read-only file system|Input/output error|Permission denied|not permitted"
    "|couldn't write '|couldn't set '"
)
"""What git says where the disk refuses; for a branch, it does not say why."""
OUR_PATH = re.compile(r"(?:(?!\.{1,2}/|\.git/)[^/\x00-\x1f]+/)*(?!\.{1,2}$|\.git$)[^/\x00-\x1f]+")
"""What fast-import of git 2.39 does not check by itself: no way out of the tree, nothing inside ``.git``."""
IMPORTED = "refs/newsmirror/imported"
"""A name that fast-import asks for and that never exists."""
MARK = 1
"""Fast-import's number for the commit; contents have the numbers after it."""
QUICK = ("-c", "pack.compression=1")
"""For lists and trees, which become differences soon: a large mirror's trees are megabytes of ids, which do not get
smaller however long they are compressed."""


class Seal(Protocol):
    """What signs a commit, see `sealing`."""

    @property
    def folder(self) -> str | None:
        """The tree that the signature's folder begins with, None: empty."""

    def watch(self, files: Iterable[OutputFile]) -> Iterator[OutputFile]:
        """The same files, looked at."""

    def lists(self) -> Iterable[OutputFile]:
        """Lists of hashes, when all files have been seen."""

    def statement(self, tree: str) -> Iterable[OutputFile]:
        """The signed statement on the tree with this id, and the signature."""


class Committer:
    """Adds commits to the branch of a repository, under one identity (name, mail)."""

    def __init__(self, repository: Repository, author: tuple[str, str]):
        self._repository = repository
        self._author = author
        self._incoming = repository.private / "incoming"
        self._known_reports = set(self._crash_reports())
        """Those of others."""

    def make(
        self,
        files: Iterable[OutputFile],
        message: str,
        *,
        parent: str | None,
        when: datetime,
        merged: str | None = None,
        seal: Seal | None = None,
        tree: Objects | None = None,
    ) -> str:
        """Write a commit with these files on top of *parent* and return its id; no branch knows it yet.

        *merged* is a second parent, whose files are not looked at; *seal* signs what the commit holds; *tree* reads
        *parent*, where somebody has it open already. *files* has
        those of articles first and is read once, a few hundred at a time; *message* is ASCII, *when* aware. On return
        everything that the commit needs is on the disk. Raises CommitError with git's reason, or NoSpaceError.
        """
        head = self._head(message, parent, when, merged)
        try:
            self.clear()
            (self._incoming / "pack").mkdir(parents=True)
            with _reading(self._repository, parent, tree) as objects:
                commit = self._import(head, _in_good_places(files, objects), seal)
            self._take_in()
        except (GitError, OSError) as error:
            raise _refusal("git did not take the commit", error) from error
        finally:
            self.clear()
        return commit

    def _import(self, head: bytes, files: Iterator[OutputFile], seal: Seal | None) -> str:
        marks = self._incoming / "marks"
        if seal:
            files = seal.watch(files)
        with tempfile.TemporaryFile(dir=self._incoming) as lines:
            with self._fast_import(f"--export-marks={marks}") as pipe:
                rest = _send_articles(pipe, files, lines)
                pipe.finish()
            lines.seek(0)
            with self._fast_import(f"--import-marks={marks}", "--depth=0", options=QUICK) as pipe:
                pipe.write(_commit_stream(head, lines, rest))
                if seal:
                    _send_seal(pipe, seal)
                pipe.write([f"\nget-mark :{MARK}\nreset {IMPORTED}\n\ndone\n".encode()])
                return pipe.finish().decode().strip()

    @contextmanager
    def _fast_import(self, *words: str, options: Iterable[str] = ()) -> Iterator[Pipe]:
        command = (*options, "fast-import", "--quiet", "--done", *words)
        pipe = self._repository.pipe(*command, environment=self._quarantine())
        try:
            yield pipe
        except BaseException:
            pipe.close()
            raise

    def publish(self, commit: str, *, parent: str | None, when: datetime) -> None:
        """Move the branch from *parent* to *commit*, durably; only if it still is at *parent*.

        Raises CommitError, or NoSpaceError.
        """
        try:
            self._move(commit, parent or "0" * len(commit), when)
            sync_folder((self._repository.root / ".git" / self._repository.ref).parent)
        except (GitError, OSError) as error:
            raise _refusal("git did not move the branch", error) from error

    def _move(self, commit: str, parent: str, when: datetime) -> None:
        name, mail = self._author
        identity = {"GIT_COMMITTER_NAME": name, "GIT_COMMITTER_EMAIL": mail, "GIT_COMMITTER_DATE": _date(when)}
        words = ("--no-deref", "-m", "newsmirror", self._repository.ref, commit, parent)
        try:
            self._repository.run("update-ref", *words, environment=identity)
        except GitError:
            if self._repository.tip() != commit:  # else it was killed when it had done its work
                raise

    def clear(self) -> None:
        """Remove what an interrupted import has left."""
        shutil.rmtree(self._incoming, ignore_errors=True)
        for report in set(self._crash_reports()) - self._known_reports:
            report.unlink(missing_ok=True)

    def _crash_reports(self) -> Iterator[Path]:
        """What fast-import writes about its own end, with paths of the machine."""
        return (self._repository.root / ".git").glob("fast_import_crash_*")

    def _head(self, message: str, parent: str | None, when: datetime, merged: str | None) -> bytes:
        name, mail = self._author
        identity = f"{name} <{mail}> {_date(when)}"
        start = (f"from {parent}\n" if parent else "") + (f"merge {merged}\n" if merged else "")
        lines = f"mark :{MARK}\nauthor {identity}\ncommitter {identity}\ndata {len(message)}\n{message}\n{start}"
        return f"commit {IMPORTED}\n{lines}".encode()

    def _quarantine(self) -> dict[str, str]:
        objects = str(self._repository.root / ".git" / "objects")
        return {"GIT_OBJECT_DIRECTORY": str(self._incoming), "GIT_ALTERNATE_OBJECT_DIRECTORIES": _quoted(objects)}

    def _take_in(self) -> None:
        """Move the pack to git's own, its index last: git sees a pack by its index."""
        packs = self._repository.root / ".git" / "objects" / "pack"
        for file in sorted((self._incoming / "pack").iterdir(), key=lambda file: file.suffix == ".idx"):
            if file.suffix in (".pack", ".idx", ".rev"):
                file.replace(packs / file.name)
        sync_folder(packs)


@contextmanager
def _reading(repository: Repository, parent: str | None, tree: Objects | None) -> Iterator[Objects]:
    """A reader of *parent*; *tree* where it is one, which stays open."""
    if tree and tree.commit == parent:
        yield tree
        return
    with closing(Objects(repository, parent)) as objects:
        yield objects


def _in_good_places(files: Iterable[OutputFile], tree: Objects) -> Iterator[OutputFile]:
    """The same files; no path may lead out of the tree, nor through or over what is no ordinary folder or file."""
    for file in files:
        if not OUR_PATH.fullmatch(file.path):
            raise CommitError(f"git did not take the commit: {file.path[:80]} is no path of the tree")
        if bad := _taken(file.path, tree):
            raise CommitError(f"git did not take the commit: {bad[:80]} is taken by a link, folder or submodule")
        yield file


def _taken(path: str, tree: Objects) -> str | None:
    """The first part of a path that something else than a folder or, for the last one, a file has; None for none."""
    parts = path.split("/")
    for end in range(1, len(parts)):
        if (is_folder := tree.is_folder(above := "/".join(parts[:end]))) is None:
            return None
        if not is_folder:
            return above
    return None if tree.is_folder(path) is None or tree.has(path) else path


def _send_articles(pipe: Pipe, files: Iterator[OutputFile], lines: IO[bytes]) -> Iterator[OutputFile]:
    """Send the files of articles, note what the commit says of them in *lines*, and return the files after them."""
    rest: list[OutputFile] = []
    for number, file in enumerate(files, start=MARK + 1):
        if not is_article_file(file.path):
            rest = [file]
            break
        pipe.write([f"blob\nmark :{number}\ndata {len(file.content)}\n".encode(), file.content, b"\n"])
        lines.write(f"M 100644 :{number} {_quoted(file.path)}\n".encode())
    pipe.write([b"done\n"])
    return chain(rest, files)


def _commit_stream(head: bytes, lines: IO[bytes], files: Iterable[OutputFile]) -> Iterator[bytes]:
    """The commit up to its last file; the branch that fast-import needs for it is taken back after it."""
    yield head
    yield from lines
    yield from _file_stream(files)


def _file_stream(files: Iterable[OutputFile]) -> Iterator[bytes]:
    for file in files:
        yield f"M 100644 inline {_quoted(file.path)}\ndata {len(file.content)}\n".encode()
        yield file.content
        yield b"\n"


def _send_seal(pipe: Pipe, seal: Seal) -> None:
    """The signature's own folder: as *seal* begins it, with its lists, and with the statement of what is there then."""
    folder, own = seal.folder, _quoted(manifests.FOLDER)
    pipe.write([f"M 040000 {folder} {own}\n".encode() if folder else f"D {own}\n".encode()])
    pipe.write(f"D {_quoted(path)}\n".encode() for path in (manifests.STATEMENT, manifests.SIGNATURE))
    pipe.write(_file_stream(seal.lists()))
    pipe.write([b'ls ""\n'])
    words = pipe.line().split()
    if len(words) == 3:  # else it has ended, and says why when it is asked to finish
        pipe.write(_file_stream(seal.statement(words[2].decode())))


def _date(when: datetime) -> str:
    return f"{int(when.timestamp())} +0000"


def _quoted(path: str) -> str:
    escaped = path.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _refusal(what: str, error: GitError | OSError) -> CommitError | NoSpaceError:
    """The error of a run whose commit cannot be made; a disk that refuses has its own."""
    if isinstance(error, OSError):
        words = os.strerror(error.errno or 0)
    else:
        words = str(error) or ("it was killed" if error.was_killed else "it did not say why")
    return (NoSpaceError if DISK.search(words) else CommitError)(f"{what}: {words}")
