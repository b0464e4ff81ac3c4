"""How long a run does nothing else: while it is busy, no answer is taken and no signal is heeded."""

import re
from collections.abc import Iterator

from benchmarks.figures import Figure, Target, figure
from benchmarks.rig import Bench, Cost, crawl, usual_site

ROW = "reactor"
LONGEST = Target(50)
EXTENSIONS = '{"benchmarks.waiting.Waiting": 1}'


def measure(bench: Bench) -> Iterator[Figure]:
    """Runs that publish everything, with an extension that looks at the clock."""
    with usual_site(bench) as site:
        runs = [
            crawl(bench, site, bench.folder / f"waited-{number}", "-s", f"EXTENSIONS={EXTENSIONS}")
            for number in range(bench.runs)
        ]
    for phase, target in (("crawling", LONGEST), ("publishing", None)):
        yield figure(ROW, f"longest time not to be spoken to, {phase}", _longest(runs, phase), "ms", target=target)


def _longest(runs: list[Cost], phase: str) -> list[float]:
    return [float(found[1]) for run in runs if (found := re.search(rf"longest wait {phase}: ([\d.]+) ms", run.said))]
