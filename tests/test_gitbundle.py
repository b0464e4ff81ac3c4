"""A mirror carried as a file: what is in it, that it is whole, and what it may replace."""

import subprocess
from pathlib import Path

import pytest

from newsmirror.config import Config
from newsmirror.exceptions import RefusedError, SideError
from newsmirror.git import Repository
from newsmirror.gitbundle import Bundle, _check_sum, write_bundle
from tests.conftest import git, run_scrapy
from tests.githost import tip_of
from tests.test_publish import publish, story


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config.from_settings({"NEWSMIRROR_REPO": str(tmp_path / "mirror")})


def write(config: Config, file: Path, *, since: str | None = None, force: bool = False) -> Bundle | None:
    return write_bundle(Repository(config.repo, config.branch), file, since=since, force=force)


def test_whole_bundle_can_be_cloned(config: Config, tmp_path: Path) -> None:
    publish(config, story(1))
    tip = publish(config, story(2)).commit

    bundle = write(config, tmp_path / "my mirror.bundle")

    git(tmp_path, "clone", "-q", str(tmp_path / "my mirror.bundle"), "copy")
    size = (tmp_path / "my mirror.bundle").stat().st_size
    assert bundle == Bundle(tip or "", None, 2, size)
    assert tip_of(tmp_path / "copy") == tip
    assert git(tmp_path / "copy", "fsck", "--strict") == ""
    assert (tmp_path / "copy/pages/2026/11/23/2.md").exists()


def test_bundle_since_a_commit_goes_into_an_older_copy(config: Config, tmp_path: Path) -> None:
    first = publish(config, story(1)).commit
    write(config, tmp_path / "one.bundle")
    git(tmp_path, "clone", "-q", "one.bundle", "copy")
    tip = publish(config, story(2)).commit

    bundle = write(config, tmp_path / "two.bundle", since=(first or "")[:12])

    git(tmp_path / "copy", "pull", "-q", "--ff-only", str(tmp_path / "two.bundle"), "main")
    assert bundle is not None
    assert (bundle.since, bundle.commits) == (first, 1)
    assert tip_of(tmp_path / "copy") == tip


def test_nothing_newer_writes_no_file(config: Config, tmp_path: Path) -> None:
    tip = publish(config, story(1)).commit

    assert write(config, tmp_path / "x.bundle", since=tip) is None
    assert not (tmp_path / "x.bundle").exists()


def test_older_bundle_of_ours_is_replaced(config: Config, tmp_path: Path) -> None:
    publish(config, story(1))
    write(config, tmp_path / "x.bundle")
    tip = publish(config, story(2)).commit

    bundle = write(config, tmp_path / "x.bundle")

    assert bundle is not None
    assert bundle.commit == tip
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mirror", "x.bundle"]


@pytest.mark.parametrize("kind", ["text", "empty", "foreign", "link"])
def test_other_file_is_not_replaced_unless_forced(config: Config, tmp_path: Path, kind: str) -> None:
    publish(config, story(1))
    file = tmp_path / "x.bundle"
    if kind == "foreign":
        other = Config.from_settings({"NEWSMIRROR_REPO": str(tmp_path / "other")})
        publish(other, story(7))
        write(other, file)
    elif kind == "link":
        file.symlink_to(tmp_path / "nowhere")
    else:
        file.write_text({"text": "my thesis", "empty": ""}[kind])

    with pytest.raises(RefusedError, match=r"^x\.bundle exists and is no bundle of this mirror"):
        write(config, file)

    assert write(config, file, force=True)
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("since", ["HEAD", "main", "-x", "--all", "abc", "ABCDEF1", "abcdef1..2", "", "0" * 40])
def test_since_is_the_id_of_a_commit_of_the_branch(config: Config, tmp_path: Path, since: str) -> None:
    publish(config, story(1))

    with pytest.raises(RefusedError, match=r"^--since "):
        write(config, tmp_path / "x.bundle", since=since)


def test_since_a_commit_beside_the_branch_is_refused(config: Config, tmp_path: Path) -> None:
    publish(config, story(1))
    tree = git(config.repo, "rev-parse", "HEAD^{tree}")
    aside = git(config.repo, "-c", "user.name=a", "-c", "user.email=a@b", "commit-tree", tree, "-m", "x")

    with pytest.raises(RefusedError, match="was not built on"):
        write(config, tmp_path / "x.bundle", since=aside)


def test_empty_mirror_and_bad_places_are_refused(config: Config, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "main", str(config.repo))

    with pytest.raises(RefusedError, match="has no commit yet"):
        write(config, tmp_path / "x.bundle")
    publish(config, story(1))
    for place in (tmp_path, tmp_path / "none/x.bundle"):
        with pytest.raises(RefusedError, match="cannot be written there"):
            write(config, place)


def test_damage_on_the_way_to_the_disk_is_found(config: Config, tmp_path: Path) -> None:
    tip = publish(config, story(1)).commit or ""
    file = tmp_path / "x.bundle"
    write(config, file)
    whole = file.read_bytes()

    for damaged in (whole[:-30], whole[:200] + bytes([whole[200] ^ 1]) + whole[201:]):
        file.write_bytes(damaged)
        with pytest.raises(SideError):
            _check_sum(file, tip)


def test_command_says_how_to_carry_it_on(config: Config, tmp_path: Path) -> None:
    tip = publish(config, story(1)).commit
    options = ("-s", f"NEWSMIRROR_REPO={config.repo}")

    there = tmp_path / "there"
    there.mkdir()
    done = run_scrapy("bundle", "there/out of here.bundle", *options, cwd=tmp_path)
    lines = done.stdout.splitlines()
    for line in (lines[2], lines[4]):
        subprocess.run(line, shell=True, cwd=there, check=True, capture_output=True)
    later = run_scrapy("bundle", "x.bundle", "--since", tip or "", *options, cwd=tmp_path)
    refused = run_scrapy("bundle", "x.bundle", "--since", "HEAD", *options, cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert lines[0].startswith("out of here.bundle: 1 commits up to ")
    assert f"scrapy bundle FILE --since {tip}" in done.stdout
    assert (later.returncode, later.stdout) == (0, f"nothing is newer than {tip}; no file\n")
    assert tip_of(there / "mirror") == tip
    assert refused.returncode == 2
    assert refused.stderr == "newsmirror: --since takes the id of a commit, 7 hex digits or more; git log shows them\n"
