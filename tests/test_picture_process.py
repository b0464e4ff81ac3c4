"""A real child process decodes pictures; it is killed, stopped, starved, and the next picture comes all the same."""

import asyncio
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest
from PIL import Image

from newsmirror import picture_process
from newsmirror.exceptions import PictureError
from newsmirror.picture_process import PictureProcess
from newsmirror.pictures import LENGTH, picture_file, read_webp
from newsmirror.shrink import shrink
from tests.samples import encoded

PICTURE = encoded(Image.new("RGB", (90, 60), "teal"), "PNG")
T = TypeVar("T")
ROOT = Path(__file__).resolve().parent.parent


def with_process(work: Callable[[PictureProcess], Awaitable[T]]) -> T:
    async def run() -> T:
        process = PictureProcess()
        try:
            return await work(process)
        finally:
            await process.close()

    return asyncio.run(run())


def pid_of(process: PictureProcess) -> int:
    assert process._process
    return process._process.pid


def test_picture_comes_back_as_a_file_of_the_tree() -> None:
    file = with_process(lambda process: process.shrink(PICTURE))

    assert file == picture_file(shrink(PICTURE))
    assert read_webp(file.content) == (90, 60)


def test_nothing_runs_before_the_first_picture_and_after_the_end() -> None:
    async def work(process: PictureProcess) -> int:
        assert process._process is None
        await process.shrink(PICTURE)
        return pid_of(process)

    pid = with_process(work)

    assert not Path(f"/proc/{pid}").exists()


def test_one_process_serves_all_pictures_also_those_asked_for_at_once() -> None:
    async def work(process: PictureProcess) -> set[int]:
        pids = set()
        for _ in range(3):
            await asyncio.gather(*(process.shrink(PICTURE) for _ in range(4)))
            pids.add(pid_of(process))
        return pids

    assert len(with_process(work)) == 1


def test_refusal_keeps_the_process() -> None:
    async def work(process: PictureProcess) -> bool:
        with pytest.raises(PictureError, match="no picture"):
            await process.shrink(b"<svg/>")
        before = pid_of(process)
        await process.shrink(PICTURE)
        return pid_of(process) == before

    assert with_process(work)


def test_dead_process_costs_one_picture() -> None:
    async def work(process: PictureProcess) -> bytes:
        await process.shrink(PICTURE)
        os.kill(pid_of(process), signal.SIGSTOP)
        asked = asyncio.ensure_future(process.shrink(PICTURE))
        await asyncio.sleep(0)
        os.kill(pid_of(process), signal.SIGKILL)
        with pytest.raises(PictureError, match="decoder died"):
            await asked
        return (await process.shrink(PICTURE)).content

    assert with_process(work) == shrink(PICTURE)


def test_process_that_hangs_costs_one_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work(process: PictureProcess) -> bytes:
        await process.shrink(PICTURE)
        os.kill(pid_of(process), signal.SIGSTOP)
        monkeypatch.setattr(picture_process, "SECONDS", 0.2)
        with pytest.raises(PictureError, match="too much time"):
            await process.shrink(PICTURE)
        monkeypatch.undo()
        return (await process.shrink(PICTURE)).content

    assert with_process(work) == shrink(PICTURE)


def test_process_has_limits_and_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANARY_TOKEN", "secret")

    async def work(process: PictureProcess) -> tuple[str, bytes]:
        await process.shrink(PICTURE)
        place = Path(f"/proc/{pid_of(process)}")
        return (place / "limits").read_text(), (place / "environ").read_bytes()

    limits, environment = with_process(work)

    values = {line[:25].strip(): line[26:46].strip() for line in limits.splitlines()}
    assert values["Max address space"] == str(512 * 1024 * 1024)
    assert values["Max file size"] == "0"
    assert values["Max core file size"] == "0"
    assert int(values["Max cpu time"]) <= 12
    assert b"CANARY" not in environment


def test_hungry_decoder_gets_no_more_than_its_memory() -> None:
    """Asking for 600 MB inside the limits of the child ends in MemoryError and not in a large process."""
    code = "from newsmirror.picture_child import limit_process; limit_process(); bytearray(600 * 2**20)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.stderr.strip().endswith("MemoryError")


def test_busy_decoder_gets_no_more_than_its_time() -> None:
    code = (
        "from newsmirror import picture_child as child\nchild.CPU_SECONDS = 0\nchild.limit_picture()\nwhile True: pass"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == -signal.SIGXCPU


@pytest.mark.parametrize("answer", [b"\1\0\0\0\4GIF8", b"\1\xff\xff\xff\xff", b"nonsense without a head"])
def test_answer_that_is_no_picture_of_ours_is_refused(answer: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a decoder that hostile bytes have taken over might answer."""
    code = f"import sys; sys.stdin.buffer.read({LENGTH.size}); sys.stdout.buffer.write({answer!r})"
    monkeypatch.setattr(picture_process, "START", code)

    with pytest.raises(PictureError, match="decoder"):
        with_process(lambda process: process.shrink(PICTURE))


def test_works_from_a_zipped_egg(tmp_path: Path) -> None:
    """As Scrapyd runs projects: the package is in a zip file, and the current folder is another one."""
    egg = tmp_path / "newsmirror.egg"
    with zipfile.ZipFile(egg, "w") as archive:
        for path in (ROOT / "newsmirror").rglob("*.py"):
            archive.write(path, path.relative_to(ROOT))
    (tmp_path / "picture.png").write_bytes(PICTURE)
    code = (
        "import asyncio, pathlib, sys\n"
        "sys.path.insert(0, sys.argv[1])\n"
        "from newsmirror.picture_process import PictureProcess\n"
        "async def main():\n"
        "    process = PictureProcess()\n"
        "    print((await process.shrink(pathlib.Path('picture.png').read_bytes())).path)\n"
        "    await process.close()\n"
        "asyncio.run(main())"
    )

    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, str(egg)], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert done.stdout.strip() == picture_file(shrink(PICTURE)).path, done.stderr
