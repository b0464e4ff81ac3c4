"""The one process that decodes a run's pictures, seen from the run: started when first needed, again after a death."""

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress

from newsmirror.exceptions import PictureError
from newsmirror.items import OutputFile
from newsmirror.pictures import HEAD, LENGTH, MAX_BYTES, find_picture_fault, picture_file

SECONDS = 30.0
"""For one picture, waiting included: the child's own limit counts processor time only."""
START = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from newsmirror.picture_child import main; main()"
"""The child finds this package where the parent has it, be it a folder or a zipped egg of Scrapyd's."""


class PictureProcess:
    """Shrinks pictures one after the other; `close` ends it. Nothing is started before the first picture."""

    def __init__(self) -> None:
        self._process: Process | None = None
        self._turn = asyncio.Lock()

    async def shrink(self, data: bytes) -> OutputFile:
        """The picture made small, as a file of the tree; see `newsmirror.shrink`.

        Raises PictureError with a word or two where it cannot be made; the next picture gets a new process
        where this one has died of it.
        """
        async with self._turn:
            try:
                async with asyncio.timeout(SECONDS):
                    good, content = await self._ask(data)
            except TimeoutError as error:
                await self.close()
                raise PictureError("too much time") from error
            except (OSError, EOFError) as error:
                await self.close()
                raise PictureError("decoder died") from error
        if not good:
            raise PictureError(content.decode("ascii", "replace")[:40])
        return self._checked(content)

    async def _ask(self, data: bytes) -> tuple[bool, bytes]:
        process = await self._running()
        assert process.stdin
        assert process.stdout
        process.stdin.write(LENGTH.pack(len(data)) + data)
        await process.stdin.drain()
        good, length = HEAD.unpack(await process.stdout.readexactly(HEAD.size))
        if length > MAX_BYTES:
            raise EOFError  # none of our answers
        return good, await process.stdout.readexactly(length)

    async def _running(self) -> Process:
        if self._process is None or self._process.returncode is not None:
            arguments = ["-I", "-S", "-c", START, json.dumps(sys.path)]
            # An empty environment: the child has no use for what may stand there.
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, *arguments, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env={}
            )
        return self._process

    @staticmethod
    def _checked(content: bytes) -> OutputFile:
        """The child's answer, if it is what we would make; the child is not trusted."""
        file = picture_file(content)
        if fault := find_picture_fault(file):
            raise PictureError(f"decoder failed: it {fault}")
        return file

    async def close(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            process.kill()
        assert process.stdin
        process.stdin.close()
        with suppress(OSError):
            await process.stdin.wait_closed()
        await process.wait()
