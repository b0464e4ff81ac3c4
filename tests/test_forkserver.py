"""Runs in forks are what runs in new processes are."""

from pathlib import Path

import pytest

from tests.conftest import run_scrapy
from tests.forkserver import fork_server

SETTING = ("-s", "NEWSMIRROR_REPO=none", "-s", "LOG_LEVEL=ERROR")


@pytest.mark.parametrize("words", [("list",), ("crawl", "nobody", *SETTING)])
def test_fork_says_and_returns_what_a_new_process_does(words: tuple[str, ...], tmp_path: Path) -> None:
    forked, fresh = (run_scrapy(*words, cwd=tmp_path, fresh=fresh) for fresh in (False, True))

    assert (forked.returncode, forked.stdout, forked.stderr) == (fresh.returncode, fresh.stdout, fresh.stderr)


def test_server_that_has_failed_is_replaced(tmp_path: Path) -> None:
    first = fork_server()
    first.stop()
    with pytest.raises((OSError, ValueError)):
        run_scrapy("list", cwd=tmp_path)

    assert run_scrapy("list", cwd=tmp_path).returncode == 0
    assert fork_server() is not first
