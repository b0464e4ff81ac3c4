"""The process that decodes pictures: reads them from stdin, writes them shrunk to stdout, and can do little else.

Every message begins with its length. What the process may use is limited by the kernel, because a decoder
that hostile bytes have taken over keeps no promise of its own.
"""

import resource
import sys
from typing import BinaryIO

from newsmirror.exceptions import PictureError
from newsmirror.pictures import HEAD, LENGTH
from newsmirror.shrink import shrink

MEMORY_BYTES = 512 * 1024 * 1024
CPU_SECONDS = 10
"""For each picture. The slowest found, noise of 13 million pixels, takes some 4 s."""


def limit_process() -> None:
    """No large memory, no file to write, no further process, no core file."""
    limits = {
        resource.RLIMIT_AS: MEMORY_BYTES,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NPROC: 0,
        resource.RLIMIT_NOFILE: 16,
    }
    for limit, value in limits.items():
        hard = resource.getrlimit(limit)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(limit, (value, value))


def limit_picture() -> None:
    """Allow the next picture its time: the kernel ends the process when that is used up."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    seconds = int(used.ru_utime + used.ru_stime) + 1 + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (seconds if hard == resource.RLIM_INFINITY else min(seconds, hard), hard))


def answer(data: bytes) -> bytes:
    """The message for one picture."""
    try:
        good, content = True, shrink(data)
    except PictureError as error:
        good, content = False, str(error).encode()
    except MemoryError:
        good, content = False, b"too much memory"
    return HEAD.pack(good, len(content)) + content


def serve(source: BinaryIO, target: BinaryIO) -> None:
    """Answer until the other side closes."""
    while len(head := source.read(LENGTH.size)) == LENGTH.size:
        limit_picture()
        target.write(answer(source.read(LENGTH.unpack(head)[0])))
        target.flush()


def main() -> None:
    limit_process()
    serve(sys.stdin.buffer, sys.stdout.buffer)
