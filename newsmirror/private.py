"""The mirror's own folder inside ``.git``: nobody but the user who runs it may read it."""

import stat
from pathlib import Path

from newsmirror.durable import writing
from newsmirror.exceptions import RefusedError

FOLDER, FILE = 0o700, 0o600
SHARED = 0o077
"""What group and others may do; here: nothing."""


def private_folder(root: Path) -> Path:
    """Where our own files of the mirror in *root* are; never published. Nothing is made here."""
    return root / ".git" / "newsmirror"


def make_private(folder: Path) -> None:
    """Make *folder*, and take from others what a loose umask has let them do with it. Raises NoSpaceError."""
    with writing("the folder .git/newsmirror"):
        folder.mkdir(mode=FOLDER, exist_ok=True)
        for path in (folder, *folder.rglob("*")):
            mode = path.lstat().st_mode
            if not stat.S_ISLNK(mode) and mode & SHARED:
                path.chmod(FOLDER if stat.S_ISDIR(mode) else FILE)


def refuse_open_folders(root: Path) -> None:
    """Refuse a working copy that everybody may write to: another user could put a repository of theirs in its place.

    Raises RefusedError. A folder like ``/tmp``, where everybody may only remove their own, is no working copy.
    """
    for folder in (root, root / ".git"):
        if folder.stat().st_mode & stat.S_IWOTH:
            name = "NEWSMIRROR_REPO" if folder == root else "the folder .git of NEWSMIRROR_REPO"
            raise RefusedError(f"{name} can be written by everybody; take that right away with chmod o-w")
