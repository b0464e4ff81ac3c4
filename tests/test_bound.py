"""The bound of memory counts what the run itself has used."""

import subprocess
import sys
from pathlib import Path

import pytest
from scrapy.extensions.memusage import MemoryUsage
from scrapy.utils.test import get_crawler

from newsmirror import bound
from newsmirror.bound import RunMemory

ROOM = 300 * 1024 * 1024
SCRIPT = f"""
import subprocess, sys
if sys.argv[1:] == ["run"]:
    from scrapy.utils.test import get_crawler
    from newsmirror.bound import RunMemory
    print(RunMemory(get_crawler()).get_virtual_size())
else:
    held = b"x" * {ROOM}
    subprocess.run([sys.executable, __file__, "run"], check=True)
"""


@pytest.mark.skipif(not bound.STATUS.exists(), reason="this system has no /proc")
def test_memory_of_the_program_that_has_started_a_run_is_not_the_run_s(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    words = [sys.executable, str(tmp_path / "script.py")]
    done = subprocess.run(words, capture_output=True, text=True, check=True, cwd=Path(__file__).parent.parent,
                          env={"PYTHONPATH": "."})  # fmt: skip

    assert 10 * 1024 * 1024 < int(done.stdout) < ROOM


def test_system_without_proc_is_asked_as_scrapy_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bound, "STATUS", tmp_path / "none")
    crawler = get_crawler()

    assert RunMemory(crawler).get_virtual_size() == MemoryUsage(crawler).get_virtual_size()
