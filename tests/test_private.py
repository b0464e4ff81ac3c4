import os
import stat
from pathlib import Path

import pytest

from newsmirror.exceptions import RefusedError
from newsmirror.private import make_private, refuse_open_folders


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_new_folder_is_for_its_owner_alone(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        make_private(tmp_path / "newsmirror")
    finally:
        os.umask(old)
    assert mode(tmp_path / "newsmirror") == 0o700


def test_what_others_could_read_is_taken_from_them(tmp_path: Path) -> None:
    folder = tmp_path / "newsmirror"
    (folder / "quarantine").mkdir(parents=True, mode=0o755)
    (folder / "state.sqlite").write_text("x")
    (folder / "quarantine/a.json").write_text("x")
    (folder / "state.sqlite").chmod(0o666)
    (tmp_path / "elsewhere").write_text("x")
    (tmp_path / "elsewhere").chmod(0o644)
    (folder / "link").symlink_to(tmp_path / "elsewhere")

    make_private(folder)

    modes = {path.name: mode(path) for path in (folder, *folder.rglob("*")) if not path.is_symlink()}
    assert modes == {"newsmirror": 0o700, "quarantine": 0o700, "state.sqlite": 0o600, "a.json": 0o600}
    assert mode(tmp_path / "elsewhere") == 0o644


@pytest.mark.parametrize("name", [".", ".git"])
def test_folder_that_everybody_may_write_to_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / name).chmod(0o777)

    with pytest.raises(RefusedError, match="can be written by everybody"):
        refuse_open_folders(tmp_path)


def test_ordinary_folders_pass(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    tmp_path.chmod(0o775)
    refuse_open_folders(tmp_path)
