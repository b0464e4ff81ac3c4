"""Makes a working copy, or takes over one that is ours to write; refuses all others before the first request."""

import os
import shutil
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit

from newsmirror.checkout import operation_of
from newsmirror.config import Config
from newsmirror.durable import sync_folder, writing
from newsmirror.exceptions import GitError, NoSpaceError, RefusedError
from newsmirror.git import Repository
from newsmirror.lock import folder_lock
from newsmirror.private import private_folder, refuse_open_folders
from newsmirror.site import Site
from newsmirror.state import read_rows

START_FILES = {"readme", "license", "licence", "copying", ".gitignore", ".gitattributes", ".github", "links"}
"""What a host puts into a new repository; with nothing else in it, we adopt it."""
OUR_FOLDERS = ("pages", "images", "indexes", "tags", "data", "feeds", "signed")
WRITTEN = (".", ".git", ".git/objects", ".git/objects/pack", ".git/refs", ".git/refs/heads", ".git/newsmirror")
HALF_MADE = ".git.new"
"""Where a repository is made until it is whole."""


def open_repository(config: Config, site: Site) -> Repository:
    """The repository of `NEWSMIRROR_REPO`, made with ``git init`` where the folder is new or empty.

    Raises RefusedError for a folder or repository that holds something else or is not ours to write,
    NoSpaceError where it cannot be written, BusyError where another run is making it.
    """
    root = config.repo
    with writing("NEWSMIRROR_REPO"):
        if not os.path.lexists(root / ".git"):
            root.mkdir(parents=True, exist_ok=True)
            with folder_lock(root):
                if not os.path.lexists(root / ".git"):
                    _make(root, config.branch)
    _refuse_strange_owner(root)
    refuse_open_folders(root)
    repository = Repository(root, config.branch)
    _refuse_state(repository)
    _refuse_unwritable(root)
    if not repository.private.is_dir() and (tip := repository.tip()):  # else the run looks when it has the lock
        refuse_strangers(repository, tip, site)
    return repository


def _make(root: Path, branch: str) -> None:
    """Make the repository beside its place and give it its name when it is whole and on the disk."""
    new = root / HALF_MADE
    shutil.rmtree(new, ignore_errors=True)
    if any(root.iterdir()):
        raise RefusedError("NEWSMIRROR_REPO is a folder with other files; name an empty or a new folder")
    new.mkdir()
    try:
        Repository.create(new, branch)
    except GitError as error:
        raise NoSpaceError(f"git cannot make NEWSMIRROR_REPO: {error}") from error
    for folder, _, names in os.walk(new / ".git"):
        for name in names:
            descriptor = os.open(Path(folder) / name, os.O_RDONLY)
            os.fsync(descriptor)
            os.close(descriptor)
        sync_folder(Path(folder))
    (new / ".git").rename(root / ".git")
    new.rmdir()
    sync_folder(root)


def _refuse_strange_owner(root: Path) -> None:
    """Files of two users in one repository end with one that neither can write; git itself refuses that, too."""
    if (root / ".git").lstat().st_uid != os.geteuid():
        raise RefusedError("NEWSMIRROR_REPO belongs to another user; run as its owner, or give it away with chown -R")


def _refuse_unwritable(root: Path) -> None:
    private = private_folder(root)
    files = [private / name for name in ("lock", "state.sqlite", "shown", "status.json")]
    for place in [*(root / name for name in WRITTEN), *files]:
        if place.exists() and not os.access(place, os.W_OK | (os.X_OK if place.is_dir() else 0)):
            name = place.relative_to(root.parent).as_posix().removeprefix(root.name).strip("/") or "NEWSMIRROR_REPO"
            raise NoSpaceError(
                f"{name} cannot be written; correct its owner or rights, or whether the disk is read-only"
            )


def _refuse_state(repository: Repository) -> None:
    """Refuse what a person has to finish first."""
    current = repository.current_branch()
    if operation := operation_of(repository):
        raise RefusedError(f"the working copy is in the middle of {operation}; finish it or take it back")
    if current != repository.branch:
        raise RefusedError(
            f"the working copy is on {current or 'no branch'}, not on {repository.branch}; check out that branch "
            "or set NEWSMIRROR_BRANCH"
        )
    for name in OUR_FOLDERS:
        if (repository.root / name).is_symlink():
            raise RefusedError(f"{name} of the working copy is a link; replace it by an ordinary folder")


def refuse_strangers(repository: Repository, tip: str, site: Site) -> None:
    """Refuse a repository that holds something else, or the mirror of another site."""
    top = repository.kinds(tip)
    for name in OUR_FOLDERS:
        if top.get(name, "tree") != "tree":
            raise RefusedError(f"{name} of the newest commit is no folder; remove it from {repository.branch} first")
    if "data" not in top and all(name.lower().split(".md")[0].split(".txt")[0] in START_FILES for name in top):
        return
    sample = [f"{tip}:{path}" for path in islice(repository.data_names(tip), 3)] if "data" in top else []
    row = next(read_rows(repository.blobs(sample)), None)
    if row is None:
        raise RefusedError("NEWSMIRROR_REPO is another repository, no mirror; name an empty or a new folder")
    if not site.is_own_host(urlsplit(row.url).hostname):
        raise RefusedError(f"NEWSMIRROR_REPO mirrors another site than {site.host}; give each site its folder")
