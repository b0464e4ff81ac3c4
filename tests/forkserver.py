"""Scrapy commands in forked processes: what every run imports first, half of a short run, is imported once a session.

A forked run has the command line, environment, folder and streams that it is given, as one that was started anew. Two
things only a new process has: imports of its own, and an order of sets and hashes of its own; `run_scrapy(fresh=True)`
is for tests of these.
"""

import atexit
import importlib
import json
import os
import pkgutil
import signal
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ALWAYS = (
    "scrapy.cmdline",
    "scrapy.commands.crawl",
    "scrapy.core.engine",
    "scrapy.core.scraper",
    "scrapy.extensions.closespider",
    "scrapy.extensions.corestats",
    "scrapy.extensions.feedexport",
    "scrapy.extensions.logstats",
    "scrapy.extensions.memusage",
    "scrapy.extensions.remote_control",
    "scrapy.pqueues",
    "scrapy.squeues",
    "twisted.internet.asyncioreactor",
)
"""What Scrapy imports in every run."""


class ForkServer:
    """Runs commands one after the other, until it is stopped."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.forkserver"]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}  # makes the path of imports, which a run hands on
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            start_new_session=True,
        )  # fmt: skip

    def stop(self) -> None:
        """End it, and the run that it may wait for."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.communicate()

    def run(self, words: list[str], *, cwd: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
        """Run ``scrapy`` with these words and wait for its end."""
        with TemporaryDirectory(prefix="forkserver-") as folder:
            out, err = Path(folder, "out"), Path(folder, "err")
            order = {"words": words, "cwd": str(cwd), "environment": environment, "out": str(out), "err": str(err)}
            code = self._ask(json.dumps(order))
            return subprocess.CompletedProcess(
                ["scrapy", *words], code, out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8")
            )

    def _ask(self, order: str) -> int:
        assert self._process.stdin
        assert self._process.stdout
        try:
            print(order, file=self._process.stdin, flush=True)
            return int(self._process.stdout.readline())
        except BaseException:  # a time limit of pytest's, say: the answer would be taken for that to the next order
            fork_server.cache_clear()
            self.stop()
            raise


@cache
def fork_server() -> ForkServer:
    """The one of this process."""
    running = ForkServer()
    atexit.register(running.stop)
    return running


def serve() -> None:
    """Fork for every order on standard input; returns in each of the children, which has become what it is to be."""
    for line in iter(sys.stdin.readline, ""):
        if not (child := os.fork()):
            become(json.loads(line))
            return
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
    sys.exit()


def become(order: dict[str, Any]) -> None:
    """Take the folder, streams, environment and command line of an order."""
    os.chdir(order["cwd"])
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, name in ((1, order["out"]), (2, order["err"])):
        os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT), number)
    os.environ.clear()
    os.environ.update(order["environment"])
    sys.argv = ["scrapy", *order["words"]]
    sys.path[0] = order["cwd"]


def import_what_every_run_does() -> None:
    import newsmirror

    ours = (found.name for found in pkgutil.walk_packages(newsmirror.__path__, "newsmirror."))
    for name in (*ALWAYS, *ours):
        importlib.import_module(name)


if __name__ == "__main__":
    import_what_every_run_does()
    serve()
    from scrapy.cmdline import execute

    execute()
