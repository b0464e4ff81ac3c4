"""What newsmirror costs: ``make bench``, or ``python -m benchmarks [--only ROW] [--runs N] [--json FILE]``.

Prints a table and writes it as JSON. Only loopback is used. What the rows are and what they say stands in
docs/performance.md.
"""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path

from benchmarks.figures import Figure, table, write_results
from benchmarks.rig import ROOT, Bench, warm_up
from benchmarks.rows import ROWS, measure

RESULTS = ROOT / "benchmarks" / "results.json"
REPLICA = ROOT.parent / "shared" / "bin" / "replica.py"
LEAST_RUNS = 5


def measure_all(rows: Iterable[str], bench: Bench) -> Iterator[list[Figure]]:
    """Each row in a process of its own: none finds what another has loaded, and runs start from a small process.

    A row that cannot be measured says so and is left out: nothing is yielded for it.
    """
    warm_up(bench)
    for row in rows:
        start = time.monotonic()
        try:
            with ProcessPoolExecutor(1, get_context("spawn")) as pool:
                yield pool.submit(measure, row, bench).result()
        except SystemExit as error:
            print(f"{row}: not measured: {error}", flush=True)
        else:
            print(f"{row}: measured in {time.monotonic() - start:.0f} s", flush=True)


def machine() -> dict[str, object]:
    """What the figures were measured on; nothing that tells whose machine it is."""
    git = subprocess.run(["git", "version"], capture_output=True, text=True, check=True)  # noqa: S607
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "load": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "scrapy": version("scrapy"),
        "git": git.stdout.split()[2],
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", action="append", choices=list(ROWS), help="only this row; may be given again")
    parser.add_argument("--runs", type=int, default=LEAST_RUNS, help="measurements of each figure")
    parser.add_argument("--json", type=Path, default=RESULTS, help="where the results go")
    parser.add_argument("--replica", type=Path, default=REPLICA, help="the program that serves real articles")
    options = parser.parse_args()
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        replica = options.replica if options.replica.is_file() else None
        bench = Bench(Path(folder), max(1, options.runs), replica.absolute() if replica else None)
        if not replica:
            print("No replica with real articles is at hand; the sample site is measured.")
        about = machine() | {"articles": "real ones" if replica else "the sample site's"}
        for found in measure_all(options.only or ROWS, bench):
            figures += found
            write_results(options.json, about, figures)  # each time, so that a run that is stopped leaves what it has
    print(f"\n{table(figures)}\n\n{options.json.name} holds the same; measured on {about}")
    return 0 if {figure.row for figure in figures} == set(options.only or ROWS) else 1


if __name__ == "__main__":
    sys.exit(main())
