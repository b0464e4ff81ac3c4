"""What crashes do to a mirror: ``python -m benchmarks.crash [--kills 200] [--points 12] [--only NAME …]``.

Real crawls of the sample site, with a local remote, are disturbed; after each disturbance an ordinary run has to
complete the mirror, and a checker judges what is there. Prints a table and ends with 1 where anything was wrong.

    kills    SIGKILL to the process group, at any moment and around the commit; recoveries are killed as well
    calls    SIGKILL at the n-th rename, fsync, unlink … of the program, and of each git command that writes
    errors   ENOSPC, EIO, EROFS from the n-th call on, of the program and of its git commands
    disks    small file systems without space or inodes (as root)
    power    all that was not synced is taken away at moments spread over a run
    rebuilds SIGKILL and SIGTERM in the middle of `scrapy rebuild`, followed by another one and an ordinary run
"""

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import crash_trace as trace
from benchmarks.crash_calls import Calls, Errors, Power
from benchmarks.crash_rebuilds import Rebuilds
from benchmarks.crash_rig import KINDS, Rig, days_of_the_site
from benchmarks.crash_sweeps import Disks, Kills, Sheet, Sweep, may_mount
from sample_site import SampleServer, SampleSite

SWEEPS: dict[str, type[Sweep]] = {
    "kills": Kills, "calls": Calls, "errors": Errors, "disks": Disks, "power": Power, "rebuilds": Rebuilds,
}  # fmt: skip


def main() -> int:
    """Parse the command line; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200, help="random kills")
    parser.add_argument("--points", type=int, default=12, help="at most so many points of each call")
    parser.add_argument("--days", type=int, default=8, help="steps in which the site grows")
    parser.add_argument("--only", nargs="+", choices=tuple(SWEEPS))
    parser.add_argument("--pictures", action="store_true", help="mirror pictures as well")
    parser.add_argument("--sparse", action="store_true", help="folders show the lists alone, as in a large mirror")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where mirrors are made; default: a temporary folder")
    options = parser.parse_args()
    every = days_of_the_site()
    days = tuple(every[round(number * (len(every) - 1) / (options.days - 1))] for number in range(options.days))
    with tempfile.TemporaryDirectory(prefix="crash-") as temporary, SampleServer(SampleSite()) as server:
        folder = (options.folder or Path(temporary)).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        sheet = Sheet()
        rig, source = Rig(folder, server, options.pictures, options.sparse), random.Random(options.seed)  # noqa: S311
        rig.prepare(days)
        print(
            f"undisturbed: {len(days)} runs, {len(server.site.articles)} articles, {rig.seconds:.1f} s a run",
            flush=True,
        )
        for name in options.only or SWEEPS:
            if why := reason_against(name):
                print(f"{name}: left out, because {why}")
                continue
            started = time.monotonic()
            SWEEPS[name](rig, sheet, days, source).run(options.kills if name == "kills" else options.points)
            print(f"{name}: {time.monotonic() - started:.0f} s", flush=True)
    return report(sheet)


def reason_against(name: str) -> str | None:
    """Why a sweep cannot be done here."""
    if name in ("calls", "errors", "power"):
        return trace.missing()
    return "this user may not mount file systems" if name == "disks" and not may_mount() else None


def report(sheet: Sheet) -> int:
    """Print the figures; returns 1 where anything was wrong."""
    for name, count in sheet.done.items():
        print(f"{name:32} {count}")
    for kind in (*KINDS, *sorted(set(sheet.wrong) - set(KINDS))):
        print(f"{kind:32} {sheet.wrong[kind]}")
    return 1 if sheet.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
