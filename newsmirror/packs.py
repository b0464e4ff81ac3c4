"""Keeps packs from a power loss while git puts them together.

Git syncs a new pack and removes the old ones, but does not sync the folder in between. Where a disk keeps no order, the
old names may be gone and the new one not there yet. So each old pack has a second name meanwhile.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from newsmirror.durable import sync_folder

ENDINGS = (".pack", ".rev", ".idx")
"""In the order in which they are given back: git sees a pack by its index."""


@contextmanager
def held(packs: Path, beside: Path) -> Iterator[None]:
    """Hold all packs of the folder *packs* under second names in *beside* until what is done inside is on the disk.

    Where it fails, `give_back` has the rest. Raises OSError.
    """
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir()
    for ending in ENDINGS:
        for file in packs.glob(f"pack-*{ending}"):
            os.link(file, beside / file.name)
    sync_folder(beside)
    sync_folder(beside.parent)
    yield
    sync_folder(packs)
    shutil.rmtree(beside, ignore_errors=True)


def give_back(packs: Path, beside: Path) -> None:
    """Give packs their names back that a run held which died meanwhile; what is there twice does no harm."""
    if not beside.is_dir():
        return
    for ending in ENDINGS:
        for file in beside.glob(f"pack-*{ending}"):
            if not (packs / file.name).exists() and file.with_suffix(".idx").exists():
                os.link(file, packs / file.name)
    sync_folder(packs)
    shutil.rmtree(beside, ignore_errors=True)
