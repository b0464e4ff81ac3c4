"""A mirror as one file, to be carried by hand: whole, or only what is new since a commit."""

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

from newsmirror.durable import sync_folder, writing
from newsmirror.exceptions import RefusedError, SideError
from newsmirror.git import Repository
from newsmirror.gitside import SideRepository

HEADER = 65536
"""Most bytes that the head of a bundle of ours takes."""


@dataclass(frozen=True)
class Bundle:
    """What was written."""

    commit: str
    """The newest commit in it."""
    since: str | None
    """The commit that who takes it has to have; None: the bundle is whole."""
    commits: int
    bytes: int


def write_bundle(repository: Repository, file: Path, *, since: str | None, force: bool) -> Bundle | None:
    """Write the branch, from after *since* on, and check it; None, and no file, where nothing is newer.

    The file appears whole or not at all. Raises RefusedError where it would replace something that is no
    bundle of this mirror (unless *force*) or where *since* is no commit of it, and NoSpaceError.
    """
    tip = repository.tip()
    if tip is None:
        raise RefusedError("the mirror has no commit yet; run scrapy crawl first")
    with SideRepository(repository, "+bundle") as side:
        start = _start(side, since, tip) if since is not None else None
        if start == tip:
            return None
        _refuse_target(side, file, tip, force=force)
        new = file.with_name(f".{file.name}.{os.getpid()}.new")
        try:
            return _write(side, file, new, start, tip, repository.branch)
        except SideError as error:
            raise RefusedError(f"git did not write the bundle: {error}") from error
        finally:
            new.unlink(missing_ok=True)


def _start(side: SideRepository, since: str, tip: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{7,64}", since):
        raise RefusedError("--since takes the id of a commit, 7 hex digits or more; git log shows them")
    if not side.has(since):
        raise RefusedError("--since names a commit that this mirror does not have; git log shows those that it has")
    start = side.run("rev-parse", "--verify", f"{since}^{{commit}}")
    if not side.is_ancestor(start, tip):
        raise RefusedError("--since names a commit that the branch was not built on; git log shows those that it was")
    return start


def _refuse_target(side: SideRepository, file: Path, tip: str, *, force: bool) -> None:
    if file.is_dir() or not file.parent.is_dir():
        raise RefusedError(f"{file.name} cannot be written there; name a file in an existing folder")
    if force or not os.path.lexists(file):
        return
    try:
        heads = side.run("bundle", "list-heads", str(file.absolute())).split()[::2]
    except SideError:
        heads = []
    if not heads or not all(side.has(head) and side.is_ancestor(head, tip) for head in heads):
        raise RefusedError(f"{file.name} exists and is no bundle of this mirror; name another file or add --force")


def _write(side: SideRepository, file: Path, new: Path, start: str | None, tip: str, branch: str) -> Bundle:
    ref = f"refs/heads/{branch}"
    side.run("update-ref", ref, tip)
    side.run("symbolic-ref", "HEAD", ref)
    with writing(f"the file {file.name}"):
        new.touch()
        side.run("bundle", "create", "--quiet", str(new.absolute()), "HEAD", ref, *([f"^{start}"] if start else []))
        side.run("bundle", "verify", "--quiet", str(new.absolute()))
        size = _check_sum(new, tip)
        new.replace(file)
        sync_folder(file.parent)
    span = ["--count", tip, *([f"^{start}"] if start else [])]
    return Bundle(tip, start, int(side.run("rev-list", *span)), size)


def _check_sum(file: Path, tip: str) -> int:
    """Compare the pack with the sum at its end, and put it on the disk; returns the file's size in bytes."""
    with file.open("r+b") as stream:
        head = stream.read(HEADER)
        size = stream.seek(0, os.SEEK_END)
        stream.seek(head.index(b"\n\n") + 2)
        digest = hashlib.sha256() if len(tip) == 64 else hashlib.sha1(usedforsecurity=False)
        left = size - stream.tell() - digest.digest_size
        while left > 0 and (data := stream.read(min(left, 1 << 20))):
            digest.update(data)
            left -= len(data)
        if stream.read() != digest.digest():
            raise SideError("what was written is not what is in the file; check the disk")
        os.fsync(stream.fileno())
    return size
