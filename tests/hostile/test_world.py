"""Runs against the source's real names in a network of their own. Rows D01, D16, D25; `make hostile`."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.measured import ROOT, environment_with
from tests.hostile.world import CASES, SITE

NAMESPACE = ["unshare", "--net", "--mount"]


def can_unshare() -> bool:
    try:
        return subprocess.run([*NAMESPACE, "ip", "link"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


pytestmark = [
    pytest.mark.hostile,
    pytest.mark.skipif(not can_unshare(), reason="needs root, unshare and ip for a network namespace"),
]


def run(case: str, folder: Path) -> dict[str, Any]:
    command = [*NAMESPACE, sys.executable, "-m", "tests.hostile.world", case, str(folder)]
    done = subprocess.run(command, cwd=ROOT, env=environment_with({}), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


def test_source_is_mirrored_at_its_own_name_and_public_address(tmp_path: Path) -> None:
    seen = run("genuine", tmp_path)

    assert (seen["exit_code"], seen["published"]) == (0, 2), seen["log"]
    assert set(seen["lookups"]) == {SITE}
    assert seen["trap_hits"] == 0


def test_poisoned_name_with_a_public_address_fails_at_the_certificate(tmp_path: Path) -> None:
    seen = run("other certificate", tmp_path)

    assert (seen["exit_code"], seen["requests"], seen["published"]) == (12, [], 0)
    assert "the certificate is not valid for this host, or this machine's clock is wrong" in seen["log"]


@pytest.mark.parametrize("case", [case for case in CASES if case.startswith("poisoned")])
def test_poisoned_name_with_a_private_address_is_not_connected_to(case: str, tmp_path: Path) -> None:
    seen = run(case, tmp_path)

    assert (seen["exit_code"], seen["trap_hits"], seen["published"]) == (12, 0, 0), seen["log"]
    assert "the host's name leads to a private address" in seen["log"]


def test_name_that_changes_its_mind_is_no_way_in(tmp_path: Path) -> None:
    seen = run("rebinding", tmp_path)

    assert seen["trap_hits"] == 0


@pytest.mark.parametrize("case", ["http proxy", "socks proxy"])
def test_proxy_looks_the_names_up_and_nobody_else(case: str, tmp_path: Path) -> None:
    seen = run(case, tmp_path)

    assert (seen["exit_code"], seen["published"]) == (0, 2), seen["log"]
    assert seen["lookups"] == []
    assert seen["through_proxy"] > 0
    assert seen["trap_hits"] == 0
