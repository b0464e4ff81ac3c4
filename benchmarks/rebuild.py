"""What `scrapy rebuild` costs, on one core: ``python -m benchmarks.rebuild [--size 30000] [--folder DIR]``.

A mirror of made articles is built, every page, record and code of it as a run makes them (one that is in DIR already is
used again). Then it is rebuilt without a change, after a move to another host (every page, code and list is another
one), and once more. Seconds are of the clock, CPU is of all processes, git's included; memory is that of the largest.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import scale_steps
from benchmarks.scale import OPTIONS, PROJECT, Cost, Mirror, environment, measure

SIZE = 30_000
MOVED = {"NEWSMIRROR_PUBLIC_URL": "https://gitlab.com/example/mirror/-/blob/main"}
STEPS: tuple[tuple[str, dict[str, str], str], ...] = (
    ("without a change", {}, "nothing_new"),
    ("moved to another host", MOVED, "published"),
    ("once more", MOVED, "nothing_new"),
)


def build(folder: Path, size: int) -> None:
    """Make the mirror, with nothing that only looks like an article."""
    scale_steps.RENDERED = size
    scale_steps.build(folder, size)


def prepare(folder: Path, size: int) -> Mirror:
    """The mirror, built in a process of its own: what this one has used would count as what it starts uses."""
    mirror = Mirror(folder / f"mirror-{size}", folder / "none", size)
    if not mirror.folder.exists():
        command = [sys.executable, "-m", "benchmarks.rebuild", "--build", str(mirror.folder), "--size", str(size)]
        subprocess.run(command, cwd=PROJECT, env=environment(), check=True)  # noqa: S603
    return mirror


def rebuild(mirror: Mirror, settings: dict[str, str], outcome: str) -> Cost:
    """One rebuild, which has to end as named."""
    chosen = OPTIONS | settings | {"NEWSMIRROR_REPO": str(mirror.folder)}
    options = [word for name, value in chosen.items() for word in ("-s", f"{name}={value}")]
    cost = measure(mirror, sys.executable, "-m", "scrapy", "rebuild", *options)
    if (found := mirror.status()["outcome"]) != outcome:
        sys.exit(f"the rebuild ended as {found}, not as {outcome}")
    return cost


def main() -> None:
    """Parse the command line and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=SIZE)
    parser.add_argument("--folder", type=Path, help="where the mirror is kept; a temporary folder by default")
    parser.add_argument("--build", type=Path, help="only build a mirror there")
    options = parser.parse_args()
    if options.build:
        build(options.build, options.size)
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = (options.folder or Path(temporary)).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        mirror = prepare(folder, options.size)
        print(f"| rebuild of {options.size:,} articles | seconds | CPU s | peak MB | files |\n|---|---|---|---|---|")
        for name, settings, outcome in STEPS:
            cost = rebuild(mirror, settings, outcome)
            print(f"| {name} | {cost.seconds:.1f} | {cost.cpu:.1f} | {cost.peak_mb:.0f} | {cost.files:,} |", flush=True)


if __name__ == "__main__":
    main()
