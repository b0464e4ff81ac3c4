"""Kills and signals in the middle of a rebuild: a sweep of the crash harness."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.crash_rig import CRAWL, git, tip
from benchmarks.crash_sweeps import Sweep

REBUILD = ("rebuild", "secretchina")
MOVED = {"NEWSMIRROR_PUBLIC_URL": "https://new.example/mirror", "NEWSMIRROR_PAGE_PATH": "pages/{category}/{id}.md"}
"""The operator has moved house: every page, code and list is another one."""


class Rebuilds(Sweep):
    """SIGKILL or SIGTERM at any moment of a rebuild; a second one and an ordinary run, in either order, follow."""

    def run(self, count: int) -> None:
        """*count* rebuilds of each kind."""
        with self._moved():
            for number in range(count):
                for name in ("killed", "stopped"):
                    self._disturb(name, (REBUILD, CRAWL) if number % 2 else (CRAWL, REBUILD))

    @contextmanager
    def _moved(self) -> Iterator[None]:
        """Compare with what a rebuild and a run make that nobody disturbs."""
        day, before, seconds = self.days[-1], dict(self.rig.trees), self.seconds
        self.rig.further = MOVED
        with self.last_day() as (repo, _):
            started = time.monotonic()
            for words in (REBUILD, CRAWL):
                if ended := self.rig.run(repo, words).code:
                    raise SystemExit(f"the undisturbed {words[0]} ended with {ended}")
                self.seconds = time.monotonic() - started if words is REBUILD else self.seconds
            self.rig.trees[day] = git(repo, "rev-parse", "main^{tree}")
            self._rebuilt = git(repo, "rev-parse", "main~1^{tree}")
        yield
        self.rig.further, self.rig.trees, self.seconds = {}, before, seconds

    def _disturb(self, name: str, after: tuple[tuple[str, str], ...]) -> None:
        with self.last_day() as (repo, day):
            before = tip(repo)
            moment = self.source.choice((self._any_moment, self._around_the_commit, self._around_the_branch))
            where = f"rebuild {name} ({moment.__name__}), then {after[0][0]}"
            hit = self.rig.kill_when(repo, moment(repo), REBUILD) if name == "killed" else self._stop(repo, where)
            self.sheet.done[f"rebuilds {name}"] += hit
            if tip(repo) != before and git(repo, "rev-parse", "main^{tree}") != self._rebuilt:
                self.sheet.blame(where, {"tree": "half a commit"})
            if ended := self.rig.run(repo, after[0]).code:
                self.sheet.blame(where, {"ended": f"{after[0][0]} ended with {ended}"})
            self.recover(repo, day, where, before=before, words=after[1])

    def _stop(self, repo: Path, where: str) -> bool:
        """Send SIGTERM at any moment; whether it came before the end."""
        process, moment = self.rig.start(repo, REBUILD), self._any_moment(repo)
        while process.poll() is None and not moment():
            time.sleep(0.001)
        hit = process.poll() is None
        if hit:
            process.send_signal(signal.SIGTERM)
        ended = self.rig.end(process)
        if ended.code not in (0, 40, -signal.SIGTERM) or "Traceback" in ended.said:  # -15: Python was still starting
            self.sheet.blame(where, {"no name": f"{ended.code} {ended.said[-400:]}"})
        return hit
